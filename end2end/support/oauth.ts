import { createHmac, randomBytes } from "node:crypto";
import { once } from "node:events";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type Page, expect } from "@playwright/test";
import { type Latchkey, SECRET } from "./server.ts";

/** A token and its secret. */
export interface Credentials {
  token: string;
  secret: string;
}

/** What a consumer gets for a verifier. */
export interface TokenCredentials extends Credentials {
  user: string;
}

/** RFC 5849 §3.6. */
const encode = (text: string) => encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** The Authorization header of a request, signed with HMAC-SHA1 (RFC 5849 §3.4). */
export function authorization(
  method: string,
  address: string,
  consumer: { key: string; secret: string },
  token?: Credentials,
  more: Record<string, string> = {},
): string {
  const url = new URL(address);
  const protocol: Record<string, string> = {
    oauth_consumer_key: consumer.key,
    oauth_nonce: randomBytes(12).toString("base64"),
    oauth_signature_method: "HMAC-SHA1",
    oauth_timestamp: String(Math.floor(Date.now() / 1000)),
    oauth_version: "1.0",
    ...(token && { oauth_token: token.token }),
    ...more,
  };
  const pairs = [...Object.entries(protocol), ...url.searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const base = [method, url.origin + url.pathname, pairs.sort().join("&")].map(encode).join("&");
  const key = `${encode(consumer.secret)}&${encode(token?.secret ?? "")}`;
  const signed = { ...protocol, oauth_signature: createHmac("sha1", key).update(base).digest("base64") };
  return `OAuth ${Object.entries(signed).map(([name, value]) => `${name}="${encode(value)}"`).join(", ")}`;
}

/** A program that signs users in over OAuth: it signs its own requests, and is called back at an origin of its own. */
export class PlayedConsumer {
  /** The addresses at which browsers came back, without those that they ask for by themselves. */
  readonly calledBack: URL[] = [];

  private constructor(
    private readonly latchkey: Latchkey,
    readonly key: string,
    private readonly listener: Server,
  ) {}

  /** Registers it and starts to listen; it is refused until it is approved. */
  static async start(latchkey: Latchkey, name = "Requirements sync", status: "pending" | "approved" = "approved"): Promise<PlayedConsumer> {
    const consumer = await PlayedConsumer.of(latchkey, await latchkey.register(name, status));
    await consumer.expectKnown(status === "approved" ? "parameter_rejected" : "consumer_key_refused");
    return consumer;
  }

  /** Starts to listen as one that is registered. */
  static async of(latchkey: Latchkey, key: string): Promise<PlayedConsumer> {
    const listener = createServer((request, response) => {
      const address = new URL(request.url ?? "/", consumer.origin);
      if (address.pathname === "/callback") consumer.calledBack.push(address);
      response.setHeader("content-type", "text/html; charset=utf-8");
      response.end(`<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>Called back</title><p>Welcome back.</p>`);
    });
    const consumer = new PlayedConsumer(latchkey, key, listener);
    await once(listener.listen(0, "127.0.0.1"), "listening");
    return consumer;
  }

  async stop(): Promise<void> {
    this.listener.closeAllConnections();
    await once(this.listener.close(), "close");
  }

  /** The server takes a moment to see what the command line did. Its status is looked at before this useless callback. */
  private async expectKnown(answer: string): Promise<void> {
    const asked = () => this.call("/oauth/requestToken", undefined, { oauth_callback: "nowhere" }, "POST");
    await expect.poll(async () => problem(await asked()), { intervals: [20] }).toBe(answer);
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  /** It has a query already, as many have. */
  get callback(): string {
    return `${this.origin}/callback?tenant=a%20b`;
  }

  /** A signed request to the API or to the endpoints. */
  async call(path: string, token?: Credentials, more?: Record<string, string>, method = "GET"): Promise<Response> {
    const address = this.latchkey.url + path;
    const header = authorization(method, address, { key: this.key, secret: SECRET }, token, more);
    return fetch(address, { method, headers: { authorization: header } });
  }

  /** Temporary credentials. */
  async begin(callback = this.callback): Promise<Credentials> {
    return credentials(await this.call("/oauth/requestToken", undefined, { oauth_callback: callback }, "POST"));
  }

  /** Where it sends the browser. */
  question({ token }: Credentials): string {
    return `${this.latchkey.url}/oauth/authorize?oauth_token=${encode(token)}`;
  }

  /** Token credentials, for what the callback or the user brought. */
  async finish(temporary: Credentials, verifier: string): Promise<TokenCredentials> {
    const answer = await this.call("/oauth/accessToken", temporary, { oauth_verifier: verifier }, "POST");
    const form = new URLSearchParams(await answer.clone().text());
    return { ...(await credentials(answer)), user: form.get("latchkey_user") ?? "" };
  }

  /** What an administrator who is signed in on the page decides; it holds from the next request on. */
  async decide(page: Page, decision: "approve" | "disapprove"): Promise<void> {
    const answer = await page.request.post(`/api/v1/consumers/${this.key}/${decision}`, { headers: { origin: this.latchkey.url } });
    expect(answer.status(), `${decision}: ${await answer.text()}`).toBe(200);
  }

  /** The whole dance, for the user who is signed in there; neither the question nor the callback is looked at. */
  async signIn({ request }: Pick<Page, "request">, callback = "oob"): Promise<TokenCredentials> {
    const temporary = await this.begin(callback);
    const answer = await request.post("/oauth/authorize", {
      headers: { origin: this.latchkey.url },
      form: { oauth_token: temporary.token, decision: "allow" },
      maxRedirects: 0,
    });
    const { location } = answer.headers();
    const shown = /<output id="oauth_verifier"[^>]*>([^<]+)</.exec(await answer.text())?.[1];
    const verifier = location ? new URL(location).searchParams.get("oauth_verifier") : shown;
    if (!verifier) throw new Error(`no verifier (${answer.status()}): ${await answer.text()}`);
    return this.finish(temporary, verifier);
  }
}

async function credentials(answer: Response): Promise<Credentials> {
  const text = await answer.text();
  const form = new URLSearchParams(text);
  const [token, secret] = [form.get("oauth_token"), form.get("oauth_token_secret")];
  if (!answer.ok || !token || !secret) throw new Error(`no credentials (${answer.status}): ${text}`);
  return { token, secret };
}

/** The exact reason of a refusal. */
export const problem = (answer: Response) => /oauth_problem="([^"]*)"/.exec(answer.headers.get("www-authenticate") ?? "")?.[1];
