"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const { rows, policies, resources, prefixes, messages, shapes } = data;
  const SUBJECT = "\u0001", PAGE = 100, PRINTED = 200;
  const STATUSES = { p: "pass", f: "fail", n: "not_applicable", u: "unknown", e: "error" };
  const ORDER = { f: 0, e: 1, u: 2, p: 3, n: 4 };
  const SEVERITIES = ["critical", "high", "medium", "low", "info"];
  const FILTERS = ["q", "status", "severity", "practice", "service", "policy", "account", "waived", "group"];
  const count = rows.statuses.length;
  const width = rows.fingerprints.length / Math.max(count, 1);

  const make = (tag, members = {}, ...children) => {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(members)) {
      if (value === null || value === undefined) continue;
      if (name === "class") element.className = value;
      else if (name in element && name !== "list") element[name] = value;
      else element.setAttribute(name, value);
    }
    element.append(...children.filter((each) => each !== null && each !== undefined));
    return element;
  };
  const plural = (number, one, many) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;

  // A resource is [place, name, prefix of its ARN or -1, whole ARN, id]; a place is [type, account, region].
  const place = (number) => prefixes[resources[rows.r[number]][0]];
  const account = (number) => place(number)[1];
  const named = (number) => resources[rows.r[number]][1] || account(number);
  const arn = (number) => {
    const [, name, prefix, whole] = resources[rows.r[number]];
    return prefix < 0 ? whole : prefixes[prefix][1] + name;
  };
  const identifier = (number) => resources[rows.r[number]][4] || "";
  const message = (number) => messages[rows.m[number]].replaceAll(SUBJECT, resources[rows.r[number]][1]);
  const policy = (number) => policies[rows.p[number]];
  const severity = (number) => SEVERITIES[rows.severities[number]];
  const status = (number) => STATUSES[rows.statuses[number]];
  const score = (number) => rows.scores[number] ?? -1;
  const waived = (number) => rows.waived[number] !== undefined;
  const fingerprint = (number) => rows.fingerprints.slice(number * width, (number + 1) * width);
  const spoken = (word) => word.replaceAll("_", " ");

  const values = {
    status, severity, account,
    practice: (number) => policy(number).practice,
    service: (number) => policy(number).service,
    policy: (number) => policy(number).id,
    resource: (number) => `${named(number)}\u0000${rows.r[number]}`,
    waived: (number) => (waived(number) ? "yes" : "no"),
  };
  const text = [];
  const searched = (number) => {
    text[number] ??= `${named(number)}\n${arn(number)}\n${identifier(number)}\n${policy(number).id}\n${policy(number).title}\n${message(number)}\n${fingerprint(number)}`.toLowerCase();
    return text[number];
  };

  // What is shown: the filters, the order, the groups that are open, the page.
  const collator = new Intl.Collator("en", { numeric: true });
  const ranks = (list) => {
    const sorted = list.map((each, index) => [each, index]).sort((a, b) => collator.compare(a[0], b[0]));
    const rank = [];
    sorted.forEach(([, index], position) => { rank[index] = position; });
    return rank;
  };
  const once = (build) => { let kept; return () => (kept ??= build()); };
  const byPolicy = once(() => ranks(policies.map((each) => each.title)));
  const byResource = once(() => ranks(resources.map((each) => `${each[1]}\n${prefixes[each[0]][1]}`)));
  const byMessage = once(() => ranks(messages));
  const SORTS = {
    risk: (a, b) => score(b) - score(a) || SORTS.status(a, b),
    status: (a, b) => ORDER[rows.statuses[a]] - ORDER[rows.statuses[b]] || waived(a) - waived(b) || rows.severities[a] - rows.severities[b] || a - b,
    severity: (a, b) => rows.severities[a] - rows.severities[b] || ORDER[rows.statuses[a]] - ORDER[rows.statuses[b]] || score(b) - score(a) || a - b,
    policy: (a, b) => byPolicy()[rows.p[a]] - byPolicy()[rows.p[b]] || a - b,
    resource: (a, b) => byResource()[rows.r[a]] - byResource()[rows.r[b]] || a - b,
    message: (a, b) => byMessage()[rows.m[a]] - byMessage()[rows.m[b]] || a - b,
  };
  const WORST_FIRST = new Set(["risk", "severity", "status"]);
  let order = { by: "risk", down: false }, opened = new Set(), page = 0, chosen = [], items = [];

  const choose = () => {
    const wanted = FILTERS.filter((name) => values[name] && $(name).value).map((name) => [values[name], $(name).value]);
    const words = $("q").value.toLowerCase().split(/\s+/).filter(Boolean);
    chosen = [];
    for (let number = 0; number < count; number += 1) {
      if (wanted.every(([value, is]) => value(number) === is) && words.every((word) => searched(number).includes(word))) chosen.push(number);
    }
    const compare = SORTS[order.by];
    chosen.sort(order.down ? (a, b) => compare(b, a) : compare);
    arrange();
  };
  const arrange = () => {
    const by = $("group").value;
    if (!by) { items = chosen; return; }
    const groups = new Map();
    for (const number of chosen) {
      const key = values[by](number);
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(number);
    }
    items = [];
    for (const [key, members] of groups) {
      items.push({ key, by, members });
      if (opened.has(key)) items.push(...members);
    }
  };

  const caption = ({ key, by, members }) => {
    if (by === "policy") return policy(members[0]).title;
    if (by === "resource") return named(members[0]);
    if (by === "practice") return `${key} ${data.practices[key] ?? ""}`;
    return spoken(key);
  };
  const groupRow = (group) => {
    const failing = group.members.filter((number) => rows.statuses[number] === "f").length;
    const unseen = group.members.filter((number) => "ue".includes(rows.statuses[number])).length;
    const told = [plural(group.members.length, "result", "results"), `${failing} fail`, unseen ? `${unseen} unknown` : null];
    const button = make("button", { type: "button", "aria-expanded": String(opened.has(group.key)) },
      make("b", {}, caption(group)), make("span", {}, told.filter(Boolean).join(", ")));
    button.addEventListener("click", () => {
      if (!opened.delete(group.key)) opened.add(group.key);
      arrange();
      draw();
      [...document.querySelectorAll(".group button")].find((each) => each.dataset.key === group.key)?.focus();
    });
    button.dataset.key = group.key;
    return make("tr", { class: "group", role: "row" }, make("th", { colSpan: 6, scope: "rowgroup", role: "rowheader" }, button));
  };
  const chip = (word) => make("span", { class: `chip ${word}` }, spoken(word));
  const resultRow = (number) => {
    const [type, owner, region] = place(number);
    const link = make("a", { href: `#r=${fingerprint(number)}` }, named(number));
    const where = [spoken(type.split(",")[0]), region === "global" ? null : region, accounts.length > 1 ? owner : null];
    const row = make("tr", { class: "result", role: "row" },
      make("td", { class: "c-inline", role: "cell" }, chip(status(number)), waived(number) ? make("small", {}, "waived") : null),
      make("td", { class: "c-inline", role: "cell" }, chip(severity(number))),
      make("td", { class: "c-inline", role: "cell" }, score(number) < 0 ? "" : String(score(number))),
      make("td", { role: "cell" }, policy(number).title, make("small", {}, policy(number).id)),
      make("td", { role: "cell" }, link, make("small", {}, where.filter(Boolean).join(", "))),
      make("td", { role: "cell" }, message(number)));
    row.addEventListener("click", (event) => {
      if (!event.target.closest("a") && String(getSelection()) === "") location.hash = link.hash;
    });
    return row;
  };
  const draw = (from = page * PAGE, to = from + PAGE) => {
    const body = document.createDocumentFragment();
    for (const item of items.slice(from, to)) body.append(typeof item === "number" ? resultRow(item) : groupRow(item));
    $("body").replaceChildren(body);
    const pages = Math.max(1, Math.ceil(items.length / PAGE));
    $("shown").textContent = chosen.length === count ? `${plural(count, "result", "results")} shown` : `${chosen.length.toLocaleString("en")} of ${plural(count, "result", "results")} shown`;
    $("page").textContent = `Page ${page + 1} of ${pages}`;
    $("back").disabled = page === 0;
    $("next").disabled = page + 1 >= pages;
    $("empty").hidden = chosen.length > 0;
    for (const button of document.querySelectorAll("[data-sort]")) {
      if (button.dataset.sort === order.by) button.parentElement.setAttribute("aria-sort", order.down === WORST_FIRST.has(order.by) ? "ascending" : "descending");
      else button.parentElement.removeAttribute("aria-sort");
    }
  };
  const renew = () => { page = 0; choose(); draw(); };

  // One result, with all that is known of it.
  const sheet = $("sheet");
  let current = -1, before = null;
  const copyable = (value, language) => {
    const box = make("div", { class: "code" },
      make("div", { class: "bar" }, make("span", {}, language), make("button", { type: "button", class: "copy", "aria-label": `Copy ${language}` }, "Copy")),
      make("pre", { tabIndex: 0, role: "group", "aria-label": language }, make("code", {}, value)));
    return box;
  };
  const copy = async (button) => {
    const value = button.closest(".code").querySelector("code").textContent;
    let done = false;
    try { await navigator.clipboard.writeText(value); done = true; } catch {
      const area = make("textarea", { value, class: "unseen", readOnly: true, "aria-hidden": "true" });
      button.after(area);
      area.select();
      done = document.execCommand("copy");
      area.remove();
      button.focus();
    }
    button.textContent = done ? "Copied" : "Select it";
    setTimeout(() => { button.textContent = "Copy"; }, 1600);
  };
  const witness = (value) => {
    if (value === null || typeof value !== "object" || Array.isArray(value) || !("statement" in value)) return null;
    const of = value.policy ? ` of ${value.policy}` : "";
    const sid = value.sid ? ` (${value.sid})` : "";
    const by = value.through ? `, through ${value.through}` : "";
    const rest = Object.entries(value).filter(([name, each]) => !["statement", "policy", "sid", "through", "kind"].includes(name) && each !== null && each !== false && !(Array.isArray(each) && each.length === 0));
    return `statement ${value.statement}${sid}${of}${by}${rest.length ? `; ${rest.map(([name, each]) => `${spoken(name)}: ${said(each)}`).join("; ")}` : ""}`;
  };
  const said = (value) => {
    if (value === null) return "none";
    if (typeof value === "boolean") return value ? "yes" : "no";
    if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(said).join(value.some((each) => each !== null && typeof each === "object") ? "\n" : ", ");
    if (typeof value === "object") return witness(value) ?? Object.entries(value).map(([name, each]) => `${spoken(name)}: ${said(each)}`).join("; ");
    return String(value);
  };
  const pairs = (entries) => make("dl", { class: "pairs" }, ...entries.filter(([, value]) => value !== null && value !== "").flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  const part = (title, ...children) => [make("h3", {}, title), ...children.filter((each) => each !== null)];
  const evidence = (number) => {
    if (rows.e[number] < 0) return [];
    const [shape, ...found] = data.evidence[rows.e[number]];
    return part("Evidence", pairs(shapes[shape].map((name, index) => [spoken(name), said(found[index])])));
  };
  const gaps = (number) => {
    if (!rows.gaps[number]) return [];
    const told = rows.gaps[number].map((each) => data.gaps[each]).map(([api, code, field, where, grant]) =>
      make("li", {}, `${api} answered ${code}${field ? `, for ${field}` : ""}${where ? ` of ${where}` : ""}.${grant ? ` Grant ${grant}.` : ""}`));
    return part("What could not be read", make("ul", { class: "list" }, ...told.slice(0, 40), told.length > 40 ? make("li", {}, `and ${told.length - 40} more`) : null));
  };
  const waiver = (number) => {
    if (!waived(number)) return null;
    const { id, reason, owner, approved_by: by, expires, ticket } = data.waivers[rows.waived[number]];
    const told = [`Waived by ${id}${expires ? ` until ${expires}` : ""}`, reason, owner ? `Owner: ${owner}` : "", by ? `Approved by: ${by}` : "", ticket];
    return make("p", { class: "note" }, `${told.filter(Boolean).join(". ")}. It still fails.`);
  };
  const decided = (number) => {
    const { when, condition, params, place: where } = policy(number);
    const parameters = Object.entries(params).map(([name, value]) => `${name} = ${said(value)}`).join("\n");
    return part("What decided", ...(when ? [make("p", { class: "small quiet" }, "It applies when"), copyable(when, "CEL: when")] : []),
      ...(condition ? [make("p", { class: "small quiet" }, "It passes when"), copyable(condition, "CEL: condition")] : []),
      pairs([["parameters", parameters], ["policy file", where]]));
  };
  const remedy = (number) => {
    const { text: words, cli, undo, terraform, cloudformation, warning } = policy(number);
    if (!words && !cli && !terraform) return [];
    const snippets = [[cli, "AWS CLI"], [undo, "To undo it"], [terraform, "Terraform"], [cloudformation, "CloudFormation"]];
    return part("What to do", make("p", {}, words), warning ? make("p", { class: "note" }, warning) : null, ...snippets.filter(([code]) => code).map(([code, language]) => copyable(code, language)));
  };
  const references = (number) => {
    const { references: links } = policy(number);
    if (!links.length) return [];
    return part("References", make("ul", { class: "list" }, ...links.filter((each) => each.startsWith("https://")).map((each) => make("li", {}, make("a", { href: each, rel: "noreferrer noopener" }, each)))));
  };
  const show = (number) => {
    current = number;
    const about = policy(number), [type, owner, region] = place(number);
    const close = make("button", { type: "button", id: "close" }, "Close");
    const turn = (words, step) => {
      const position = chosen.indexOf(current) + step;
      const button = make("button", { type: "button", disabled: !(position in chosen) || chosen.indexOf(current) < 0 }, words);
      button.addEventListener("click", () => { location.replace(`#r=${fingerprint(chosen[position])}`); });
      return button;
    };
    close.addEventListener("click", () => sheet.close());
    const frameworks = Object.entries(about.frameworks).map(([name, ids]) => `${name.replaceAll("_", " ")}: ${ids.join(", ")}`).join("\n");
    const kind = [about.maturity ? `maturity level ${about.maturity}` : "", about.control, about.identity === "both" ? "people and machines" : about.identity].filter(Boolean).join(", ");
    const failing = ["fail", "unknown", "error"].includes(status(number));
    sheet.replaceChildren(
      make("div", { class: "sheet-top" }, make("div", {}, turn("Previous", -1), turn("Next", 1)), close),
      make("div", { class: "sheet" },
        make("p", {}, chip(status(number)), " ", chip(severity(number)), score(number) < 0 ? null : make("span", { class: "small quiet" }, ` risk ${score(number)} of 100`)),
        make("h2", { id: "sheet-title" }, named(number)),
        make("p", { class: "quiet" }, about.title),
        make("p", { class: "say" }, message(number)),
        waiver(number),
        ...gaps(number), ...evidence(number), ...(failing ? remedy(number) : []),
        ...(about.rationale ? part("Why it matters", make("p", {}, about.rationale)) : []),
        ...decided(number), ...(failing ? [] : remedy(number)), ...references(number),
        ...part("Where", pairs([["resource type", spoken(type)], ["ARN", arn(number)], ["id", identifier(number)], ["account", owner], ["region", region],
          ["best practice", `${about.practice} ${data.practices[about.practice] ?? ""}`], ["policy", about.id], ["kind", kind], ["frameworks", frameworks], ["fingerprint", fingerprint(number)]]))));
    if (!sheet.open) {
      before = document.activeElement;
      sheet.showModal();
    }
    sheet.scrollTop = 0;
    close.focus({ focusVisible: false });
  };
  sheet.addEventListener("close", () => {
    if (location.hash.startsWith("#r=")) history.replaceState(null, "", "#results");
    const link = current < 0 ? null : document.querySelector(`#body a[href="#r=${fingerprint(current)}"]`);
    if (before && before !== document.body && before.isConnected) before.focus({ preventScroll: true });
    else link?.focus({ preventScroll: true });
  });
  sheet.addEventListener("click", (event) => { if (event.target === sheet) sheet.close(); });

  // Links into the page: #r=FINGERPRINT opens a result, #status=fail&service=IAM filters.
  const numbers = once(() => new Map(Array.from({ length: count }, (_, number) => [fingerprint(number), number])));
  const follow = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    if (asked.has("r")) {
      const number = numbers().get(asked.get("r"));
      if (number !== undefined) show(number);
      return;
    }
    if (!FILTERS.some((name) => asked.has(name))) return;
    if (sheet.open) sheet.close();
    for (const name of FILTERS) $(name).value = asked.get(name) ?? "";
    opened = new Set();
    renew();
    $("results").scrollIntoView();
    $("shown").setAttribute("tabindex", "-1");
    $("shown").focus({ preventScroll: true });
  };

  const fill = (name, entries) => $(name).append(...entries.map(([value, words]) => make("option", { value }, words)));
  const accounts = [...new Set(resources.map((each) => prefixes[each[0]][1]))].sort();
  const distinct = (name) => [...new Set(policies.map((each) => each[name]))].sort();
  fill("practice", distinct("practice").map((each) => [each, `${each} ${data.practices[each] ?? ""}`]));
  fill("service", distinct("service").map((each) => [each, each]));
  fill("policy", policies.map((each) => [each.id, each.title]).sort((a, b) => collator.compare(a[1], b[1])));
  fill("account", accounts.map((each) => [each, each]));
  $("account").parentElement.hidden = accounts.length < 2;

  let waiting = 0;
  $("q").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(renew, 120); });
  for (const name of FILTERS.slice(1)) $(name).addEventListener("change", () => { opened = new Set(); renew(); });
  const form = document.querySelector(".tools");
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(() => { opened = new Set(); renew(); }));
  $("all").addEventListener("click", () => { form.reset(); $("q").focus(); });
  $("back").addEventListener("click", () => { page -= 1; draw(); });
  $("next").addEventListener("click", () => { page += 1; draw(); });
  for (const button of document.querySelectorAll("[data-sort]")) {
    button.addEventListener("click", () => {
      order = { by: button.dataset.sort, down: order.by === button.dataset.sort && !order.down };
      renew();
    });
  }
  $("body").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [...$("body").querySelectorAll("a, button")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (next) { next.focus(); event.preventDefault(); }
  });

  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const name = () => { $("theme").textContent = isDark() ? "Light colours" : "Dark colours"; };
  $("theme").addEventListener("click", () => { document.documentElement.dataset.theme = isDark() ? "light" : "dark"; name(); });
  dark.addEventListener("change", name);
  document.addEventListener("click", (event) => { const button = event.target.closest(".copy"); if (button) copy(button); });
  for (const button of document.querySelectorAll(".copy, #theme")) button.hidden = false;
  name();

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("main details:not([open])")].filter((each) => each.closest("#risks"));
    for (const each of folded) each.open = true;
    draw(0, PRINTED);
    if (items.length > PRINTED) $("shown").textContent += `; the first ${PRINTED} are printed. The formats csv and json have all.`;
  });
  addEventListener("afterprint", () => { for (const each of folded) each.open = false; draw(); });

  $("without").hidden = true;
  $("table").hidden = false;
  choose();
  draw();
  addEventListener("hashchange", follow);
  follow();
  document.documentElement.dataset.ready = "yes";
})();
