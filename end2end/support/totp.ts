import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30;

/** The bytes that base32 (RFC 4648) stands for. */
function bytes(base32: string): Buffer {
  const bits = [...base32].map((character) => ALPHABET.indexOf(character).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** An authenticator app (RFC 6238). Each code is accepted once, so it shows that of the next step each time. */
export class Authenticator {
  private readonly secret: Buffer;
  private next = Math.floor(Date.now() / 1000 / STEP);

  constructor(secret: string) {
    this.secret = bytes(secret.replaceAll(" ", ""));
  }

  /** The next code; there are two before one is too early. */
  code(): string {
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(this.next++));
    const mac = createHmac("sha1", this.secret).update(counter).digest();
    const offset = (mac.at(-1) as number) & 0xf;
    return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }
}
