import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import type { ObjectStore } from "@nats-io/obj";
import type { Output } from "@tollbook/domain/fold.ts";
import type { Position } from "./position.ts";

/** A look-up that was asked and whose answer is not in the log yet: it must not be forgotten with the process. */
export type PendingLookUp = Extract<Output, { kind: "lookUp" }>;

/** The state of one partition between two messages of its log, and all that is needed to go on from there. */
export interface Snapshot {
  readonly epoch: number;
  /** The newest row the state has given. */
  readonly outSeq: number;
  readonly position: Position;
  readonly pendingLookUps: readonly PendingLookUp[];
  /** As `encodeState` made it. */
  readonly state: Uint8Array;
}

export interface SnapshotStore {
  /** Stores it and takes the oldest away beyond three. */
  save(snapshot: Snapshot): Promise<{ readonly bytes: number }>;
  /** Names, newest first. */
  list(): Promise<readonly string[]>;
  /** Throws when it is damaged. */
  load(name: string): Promise<Snapshot>;
}

const KEPT = 3;
/** Of the frame around the state; the state has its own number. */
const SCHEMA = 1;

interface Header {
  schema: number;
  epoch: number;
  outSeq: number;
  position: Position;
  pendingLookUps: readonly PendingLookUp[];
  stateBytes: number;
  /** Over the state as it was before compression. */
  sha256: string;
}

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

export function createSnapshotStore(store: ObjectStore, partition: number): SnapshotStore {
  const prefix = `p${partition}-`;
  const list = async (): Promise<string[]> => {
    const objects = await store.list();
    return objects
      .map(({ name }) => name)
      .filter((name) => name.startsWith(prefix))
      .toSorted()
      .toReversed();
  };
  return {
    list,
    save: async (snapshot) => {
      const bytes = await encodeSnapshot(snapshot);
      await store.putBlob({ name: `${prefix}${String(snapshot.position.seq).padStart(16, "0")}` }, bytes);
      for (const name of (await list()).slice(KEPT)) await store.delete(name);
      return { bytes: bytes.length };
    },
    load: async (name) => {
      const bytes = await store.getBlob(name);
      if (bytes === null) throw new Error(`snapshot ${name} is gone`);
      return await decodeSnapshot(name, bytes);
    },
  };
}

async function encodeSnapshot({ state, ...rest }: Snapshot): Promise<Uint8Array> {
  const header: Header = { schema: SCHEMA, ...rest, stateBytes: state.length, sha256: sha256(state) };
  // Off the main thread; level 1: a snapshot is read back seldom and written every half minute.
  const packed = await compress(state, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), packed]);
}

async function decodeSnapshot(name: string, bytes: Uint8Array): Promise<Snapshot> {
  const end = bytes.indexOf(0x0a);
  if (end < 0) throw new Error(`snapshot ${name} has no header`);
  const {
    schema,
    stateBytes,
    sha256: expected,
    ...rest
  } = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end))) as Header;
  if (schema !== SCHEMA) throw new Error(`snapshot ${name} has schema ${schema}`);
  const state = await decompress(bytes.subarray(end + 1));
  if (state.length !== stateBytes || sha256(state) !== expected) throw new Error(`snapshot ${name} is damaged`);
  return { ...rest, state };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
