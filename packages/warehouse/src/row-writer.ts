/**
 * A growing byte buffer that rows are written into, in ClickHouse's RowBinary format (little endian, lengths as LEB128).
 * One writer is reused for batch after batch: what `bytes()` returns is valid until `clear()`.
 */
export class RowWriter {
  private buffer: Buffer;
  private view: DataView;
  private at = 0;
  /** Set by `hash`: the two halves of the last row's hash. */
  hashLow = 0;
  hashHigh = 0;

  constructor(initialBytes = 1 << 20) {
    this.buffer = Buffer.allocUnsafe(initialBytes);
    this.view = viewOf(this.buffer);
  }

  clear(): void {
    this.at = 0;
  }

  get length(): number {
    return this.at;
  }

  bytes(): Uint8Array {
    return this.buffer.subarray(0, this.at);
  }

  /** Makes room for `bytes` more, so that the fixed-width writes that follow need no check of their own. */
  reserve(bytes: number): void {
    if (this.at + bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + bytes));
    this.buffer.copy(larger, 0, 0, this.at);
    this.buffer = larger;
    this.view = viewOf(larger);
  }

  u8(value: number): void {
    this.buffer[this.at++] = value;
  }

  u16(value: number): void {
    this.view.setUint16(this.at, value, true);
    this.at += 2;
  }

  u32(value: number): void {
    this.view.setUint32(this.at, value, true);
    this.at += 4;
  }

  i32(value: number): void {
    this.view.setInt32(this.at, value, true);
    this.at += 4;
  }

  /** Any safe integer, as Int64 or UInt64; a negative one is written in two's complement. */
  i64(value: number): void {
    if (!Number.isSafeInteger(value)) throw new RangeError(`not a safe integer: ${value}`);
    this.view.setUint32(this.at, value >>> 0, true);
    this.view.setInt32(this.at + 4, Math.floor(value / 4_294_967_296), true);
    this.at += 8;
  }

  /** The length of an array. Reserves. */
  arrayLength(value: number): void {
    this.reserve(5);
    this.varint(value);
  }

  /** Reserves. */
  text(value: string): void {
    const { length } = value;
    this.reserve(length * 3 + 5);
    if (length < ASCII_BY_HAND && this.ascii(value, length)) return;
    // Not ASCII, or long: the native encoder. The length goes before the bytes and is known only after them.
    const guess = varintBytes(length);
    const written = this.buffer.write(value, this.at + guess, "utf8");
    const needed = varintBytes(written);
    if (needed !== guess) this.buffer.copyWithin(this.at + needed, this.at + guess, this.at + guess + written);
    this.varint(written);
    this.at += written;
  }

  /** Leaves eight bytes to be filled by `hash`; returns where. Does not reserve. */
  skip8(): number {
    const at = this.at;
    this.at += 8;
    return at;
  }

  /**
   * Hashes everything written since `place + 8` into the eight bytes at `place`. 64 bits in two lanes of 32 (MurmurHash3's
   * mixing), since 64-bit arithmetic in JavaScript costs twenty times as much. It finds lost, doubled and mixed-up rows; it is no
   * defence against a forger.
   */
  hash(place: number): void {
    const { view } = this;
    const end = this.at;
    let at = place + 8;
    let low = 0x9747b28c;
    let high = 0x3c6ef372;
    for (; at + 8 <= end; at += 8) {
      low = lane(low, view.getInt32(at, true), 0xcc9e2d51, 0x1b873593);
      high = lane(high ^ low, view.getInt32(at + 4, true), 0x239b961b, 0x38b34ae5);
    }
    for (; at < end; at++) low = lane(low ^ high, this.buffer[at] as number, 0xab0e9789, 0xa1e38b93);
    low ^= end - place;
    low = finish(low ^ (high >>> 7));
    high = finish(high ^ low);
    view.setInt32(place, low, true);
    view.setInt32(place + 4, high, true);
    this.hashLow = low;
    this.hashHigh = high;
  }

  /** False when a character is not ASCII; then nothing counts as written. */
  private ascii(value: string, length: number): boolean {
    const { buffer } = this;
    let at = this.at;
    buffer[at++] = length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      buffer[at++] = code;
    }
    this.at = at;
    return true;
  }

  private varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    this.buffer[this.at++] = rest;
  }
}

/** Below this length a loop is faster than the call into the native encoder; its length also fits one byte. */
const ASCII_BY_HAND = 48;

function viewOf(buffer: Buffer): DataView {
  return new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function varintBytes(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x20_0000 ? 3 : value < 0x1000_0000 ? 4 : 5;
}

function lane(state: number, word: number, first: number, second: number): number {
  let mixed = Math.imul(word, first);
  mixed = (mixed << 15) | (mixed >>> 17);
  let next = state ^ Math.imul(mixed, second);
  next = (next << 13) | (next >>> 19);
  return (Math.imul(next, 5) + 0xe6546b64) | 0;
}

function finish(state: number): number {
  let mixed = state;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
