#!/usr/bin/env bash
# A remediation plan to be read first: nothing of it has been run. State of 2026-01-31T00:00:00Z, 3 steps.
#
#   bash plan.sh                        show what each step would do; changes nothing
#   APPLY=1 ONLY="3 4" bash plan.sh     do steps 3 and 4
#   APPLY=1 BREAKING=1 bash plan.sh     do all, also what can break somebody's access
#
# A step that needs a value or a file says so and is skipped until it has them. Before the first step of
# "restrict", sign in once as the break-glass user in another browser, and keep that session until the end.
set -euo pipefail

APPLY="${APPLY:-0}"
DOCUMENTS="${DOCUMENTS:-.}"
CALLER=""
if [[ $APPLY == 1 ]]; then
  CALLER="$(aws sts get-caller-identity --query Account --output text)"
fi

# begin NUMBER KIND ACCOUNT TITLE [VARIABLE or file:DOCUMENT]...: whether the step is to be done, or to be shown
begin() {
  local number="$1" kind="$2" account="$3" title="$4" each lacking=""
  shift 4
  if [[ -n "${ONLY:-}" && " $ONLY " != *" $number "* ]]; then return 1; fi
  printf '\n%s. %s\n' "$number" "$title"
  if [[ $APPLY != 1 ]]; then return 0; fi
  if [[ $CALLER != "$account" ]]; then
    printf '   skipped: it belongs to account %s, and the caller is of %s\n' "$account" "$CALLER"
    return 1
  fi
  if [[ $kind == breaking && "${BREAKING:-0}" != 1 ]]; then
    printf '   skipped: it can break access; set BREAKING=1 to do it\n'
    return 1
  fi
  for each in "$@"; do
    case "$each" in
      file:*) if [[ ! -r "$DOCUMENTS/${each#file:}" ]]; then lacking="$lacking $DOCUMENTS/${each#file:}"; fi ;;
      *) if [[ -z "${!each:-}" ]]; then lacking="$lacking $each"; fi ;;
    esac
  done
  if [[ -n $lacking ]]; then
    printf '   skipped: it needs%s\n' "$lacking"
    return 1
  fi
}

show() { (LC_ALL=C; printf '   %s' "$1"; shift; printf ' %q' "$@"; printf '\n'); }

run() {
  if [[ $APPLY == 1 ]]; then
    show 'run:' "$@"
    "$@"
  else
    show 'would run:' "$@"
  fi
}

by_hand() { printf '   no command does this: a person must\n'; }

undo() { show 'to undo:' "$@"; }

# ==== prepare: look, and make sure that a way in remains: break-glass first
# ---- low risk

# 1. by-hand: alice (risk 19)
# no device
# To comply: Do it.
if begin 1 harmless 111122223333 'prepare: by-hand: alice'; then
  by_hand
fi

# ==== restrict: take permissions away and deactivate; each step can be undone
# ---- high risk

# 2. user-mfa: alice (risk 68)
# alice has no MFA device
# To comply: Do it.
# WARNING: Whoever relies on this loses it: look at the last use first, and tell the owner.
# STEP_2_POLICY: POLICY
if begin 2 breaking 111122223333 'restrict: user-mfa: alice' STEP_2_POLICY; then
  run aws iam detach-user-policy --user-name alice --policy-arn "${STEP_2_POLICY:-<POLICY>}"
  undo aws iam attach-user-policy --user-name alice --policy-arn "${STEP_2_POLICY:-<POLICY>}"
fi

# 3. user-mfa: bob (risk 68)
# bob has no MFA device
# To comply: Do it.
# WARNING: Whoever relies on this loses it: look at the last use first, and tell the owner.
# STEP_3_POLICY: POLICY
if begin 3 breaking 111122223333 'restrict: user-mfa: bob' STEP_3_POLICY; then
  run aws iam detach-user-policy --user-name bob --policy-arn "${STEP_3_POLICY:-<POLICY>}"
  undo aws iam attach-user-policy --user-name bob --policy-arn "${STEP_3_POLICY:-<POLICY>}"
fi

printf '\nend of the plan\n'
