/** A replay in a process of its own, for tests: prints the hash of the state. */
import { connect } from "@nats-io/transport-node";
import { replayPartition } from "../replay.ts";
import { domainRules } from "../rules.ts";
import { testPasswords } from "./nats-server.ts";

const { nats, clickhouse, until } = JSON.parse(process.argv[2] ?? "") as { nats: string; clickhouse: string; until: number };
const nc = await connect({ servers: nats, user: "operator", pass: testPasswords.operator });
const nowUs = Date.now() * 1000;
const report = await replayPartition({
  nc,
  clickhouseUrl: clickhouse,
  partition: 0,
  partitions: 1,
  rules: domainRules,
  nowUs,
  until,
});
process.stdout.write(`${report.stateHash}\n`);
await nc.close();
