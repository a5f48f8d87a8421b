"""RDS: the database instances and clusters of each region, and how one signs in to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sec02_policies.collect._values import tags

if TYPE_CHECKING:
    from sec02_policies.collect._builder import Builder
    from sec02_policies.collect._outcome import Record
    from sec02_policies.collect._reader import Reader

_INSTANCES = "rds:DescribeDBInstances"
_CLUSTERS = "rds:DescribeDBClusters"


def collect(reader: Reader, builder: Builder) -> None:
    """Read the instances and clusters of every region; those of Neptune and DocumentDB come with them."""
    for region, listing in reader.in_regions(_INSTANCES).items():
        builder.section("rds_instance", region, _INSTANCES, listing.failure)
        for raw in listing.items():
            own = {
                "status": raw.get("DBInstanceStatus"),
                "replica_of": raw.get("ReadReplicaSourceDBInstanceIdentifier")
                or raw.get("ReadReplicaSourceDBClusterIdentifier"),
                "cluster_id": raw.get("DBClusterIdentifier"),
            }
            builder.add("rds_instance", {**_database(raw, region, "DBInstance"), **own})
    for region, listing in reader.in_regions(_CLUSTERS).items():
        builder.section("rds_cluster", region, _CLUSTERS, listing.failure)
        for raw in listing.items():
            own = {
                "status": raw.get("Status"),
                "replica_of": raw.get("ReplicationSourceIdentifier"),
                "cluster_id": None,
            }
            builder.add("rds_cluster", {**_database(raw, region, "DBCluster"), **own})


def _database(raw: Record, region: str, prefix: str) -> Record:
    secret = raw.get("MasterUserSecret")
    return {
        "id": raw.get(f"{prefix}Arn"),
        "name": raw.get(f"{prefix}Identifier"),
        "arn": raw.get(f"{prefix}Arn"),
        "region": region,
        "tags": tags(raw.get("TagList")),
        "engine": raw.get("Engine"),
        # Left out where the engine has no such thing.
        "iam_authentication": bool(raw.get("IAMDatabaseAuthenticationEnabled")),
        "master_secret": {"arn": secret.get("SecretArn"), "status": secret.get("SecretStatus")} if secret else None,
    }
