import { type APIRequestContext, expect, request } from "@playwright/test";
import { PlayedConsumer } from "./oauth.ts";
import { type Account, type Latchkey, SECRET, ada, grace } from "./server.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** One who signs in through an application, and may not configure anything. */
const mira: Account = { username: "mira", password: "seven lathes in a row" };

interface Placed {
  name: string;
  /** Who registers it. What is done to it afterwards, ada does, or grace where it is hers. */
  by: "ada" | "grace" | "the command line" | "itself";
  /** How long ago it was registered and, if at all, last used. */
  registered: number;
  used?: number;
  decision?: "approve" | "disapprove";
  reason?: string;
  details?: Record<string, unknown>;
}

/** The application that users are signed in through. */
export const SYNC = "Requirements sync";
const SYNC_CALLBACK = "https://sync.example.com/callback";
/** How long ago they signed in. */
const SIGNED_IN = 35 * MINUTE;

/** What is registered, oldest first. */
const CONSUMERS: Placed[] = [
  {
    name: "Legacy change tracker",
    by: "ada",
    registered: 930 * DAY,
    used: 412 * DAY,
    decision: "disapprove",
    reason: "Replaced by Change management",
    details: { owner: "Change board" },
  },
  { name: "Document renderer", by: "grace", registered: 610 * DAY, used: 100 * DAY, decision: "approve", details: { owner: "Technical writing" } },
  {
    name: "Test bench reporting",
    by: "ada",
    registered: 540 * DAY,
    used: 26 * MINUTE,
    decision: "approve",
    details: { owner: "Verification", callback_urls: ["https://bench.example.com/oauth/callback"] },
  },
  {
    name: "Simulation gateway",
    by: "grace",
    registered: 402 * DAY,
    used: 4 * MINUTE,
    decision: "approve",
    details: { owner: "Simulation", callback_urls: ["https://simulation.example.com/signed-in"], trusted: true },
  },
  { name: "Model diff viewer", by: "ada", registered: 371 * DAY, used: 9 * HOUR, decision: "approve" },
  { name: "Safety analysis", by: "grace", registered: 305 * DAY, used: 47 * DAY, decision: "approve", details: { owner: "Functional safety" } },
  { name: "Parts catalogue", by: "ada", registered: 266 * DAY, used: 190 * DAY, decision: "approve", details: { owner: "Purchasing" } },
  {
    name: SYNC,
    by: "the command line",
    registered: 212 * DAY,
    used: MINUTE,
    decision: "approve",
    details: {
      owner: "Systems engineering",
      contact: "sync@example.com",
      note: "Runs on the build farm, day and night. Ask before you stop it.",
      callback_urls: [SYNC_CALLBACK],
      networks: ["10.20.0.0/16", "127.0.0.1"],
    },
  },
  {
    name: "Wiring harness viewer",
    by: "grace",
    registered: 150 * DAY,
    used: 61 * DAY,
    decision: "disapprove",
    reason: "The supplier's contract has ended",
    details: { owner: "Electrics" },
  },
  { name: "Traceability dashboard", by: "ada", registered: 88 * DAY, used: 2 * MINUTE, decision: "approve", details: { owner: "Quality" } },
  { name: "Nightly model export", by: "grace", registered: 41 * DAY, used: 14 * HOUR, decision: "approve", details: { owner: "Systems engineering" } },
  {
    name: "Supplier portal",
    by: "ada",
    registered: 3 * DAY,
    details: { owner: "Purchasing", callback_urls: ["https://portal.example.com/callback"] },
  },
  { name: "Release notes generator", by: "grace", registered: 5 * HOUR },
  { name: "Change management", by: "itself", registered: 2 * HOUR },
];

/** How many consumers there are. */
export const HOW_MANY = CONSUMERS.length;
/** How many of them, without those that are trusted, have not been used for 30 days, once `age` has made them that old. */
export const UNUSED = CONSUMERS.filter(({ used, details }) => (used ?? 0) > 30 * DAY && !details?.trusted).length;

/** What the pictures show: the consumers and users of a made-up company that builds machines. */
export class Estate {
  private readonly keys = new Map<string, string>();

  private constructor(
    private readonly server: Latchkey,
    private readonly people: Record<"ada" | "grace" | "mira", APIRequestContext>,
  ) {}

  /** Makes all of it, on a server that has ada alone. */
  static async settle(server: Latchkey): Promise<Estate> {
    await server.addUser(grace);
    for (const [username, name] of [[mira.username, "Mira Sato"], ["joost", "Joost de Wit"], ["petra", "Petra Lind"]] as const) {
      await server.cli(["user", "add", username, "--display-name", name, "--link"]);
    }
    await server.cli(["user", "passwd", mira.username, "--password-stdin"], mira.password);
    await server.cli(["user", "disable", "petra"]);
    const people = { ada: await signedIn(server, ada), grace: await signedIn(server, grace), mira: await signedIn(server, mira) };
    const estate = new Estate(server, people);
    for (const placed of CONSUMERS) await estate.place(placed);
    const sync = await PlayedConsumer.of(server, estate.key(SYNC));
    for (const request of [people.grace, people.mira]) await sync.signIn({ request }, SYNC_CALLBACK);
    await sync.stop();
    return estate;
  }

  /** The key of a consumer. */
  key(name: string): string {
    const key = this.keys.get(name);
    if (!key) throw new Error(`no consumer is called ${name}`);
    return key;
  }

  /** Has an administrator change a consumer. */
  async edit(who: "ada" | "grace", name: string, changes: Record<string, unknown>): Promise<void> {
    const answer = await this.people[who].patch(`/api/v1/consumers/${this.key(name)}`, { headers: { "if-match": "*" }, data: changes });
    expect(answer.status(), await answer.text()).toBe(200);
  }

  /** Makes all of it as old as it is said to be, which restarts the server. */
  async age(): Promise<void> {
    const ago = (time: number) => Date.now() - time;
    const oldest = Math.max(...CONSUMERS.map(({ registered }) => registered));
    const statements = [
      `UPDATE activity SET at = at - ${oldest + DAY} WHERE consumer_key IS NULL`,
      `UPDATE activity SET at = at - ${SIGNED_IN} WHERE consumer_key IS NOT NULL AND consumer_revision IS NULL`,
      `UPDATE token_credentials SET created_at = created_at - ${SIGNED_IN}, last_used_at = ${ago(MINUTE)}`,
      `UPDATE users SET signed_in_at = ${ago(3 * HOUR)} WHERE username = '${grace.username}'`,
      `UPDATE users SET signed_in_at = ${ago(2 * DAY)} WHERE username = '${mira.username}'`,
    ];
    for (const { name, registered, used } of CONSUMERS) {
      const key = this.key(name);
      const times = `created_at = created_at - ${registered}, updated_at = updated_at - ${registered}`;
      statements.push(
        `UPDATE consumers SET ${times}, last_used_at = ${used === undefined ? "NULL" : ago(used)} WHERE key = '${key}'`,
        // A minute between one change of it and the next.
        `UPDATE activity SET at = at - ${registered} + ${MINUTE} * (consumer_revision - 1) WHERE consumer_key = '${key}' AND consumer_revision IS NOT NULL`,
      );
    }
    await this.server.rewrite(`${statements.join(";\n")};`);
  }

  async leave(): Promise<void> {
    for (const person of Object.values(this.people)) await person.dispose();
  }

  private async place(placed: Placed): Promise<void> {
    const { name, by, decision, reason, details } = placed;
    const who = by === "grace" ? "grace" : "ada";
    const key = await this.register(placed);
    this.keys.set(name, key);
    if (details) await this.edit(who, name, details);
    if (!decision) return;
    const answer = await this.people[who].post(`/api/v1/consumers/${key}/${decision}`, { data: reason ? { reason } : {} });
    expect(answer.status(), await answer.text()).toBe(200);
  }

  private async register({ name, by }: Placed): Promise<string> {
    if (by === "the command line") return this.server.register(name);
    if (by === "itself") return this.ask(name);
    const answer = await this.people[by].post("/api/v1/consumers", { data: { name, secret: SECRET } });
    expect(answer.status(), await answer.text()).toBe(201);
    return ((await answer.json()) as { key: string }).key;
  }

  /** A program asks for its key three times. */
  private async ask(name: string): Promise<string> {
    const keys = new Set<string>();
    for (let time = 0; time < 3; time += 1) {
      const answer = await fetch(`${this.server.url}/oauth/requestKey`, { method: "POST", body: JSON.stringify({ name, secret: SECRET }) });
      expect(answer.status).toBe(200);
      keys.add(((await answer.json()) as { key: string }).key);
    }
    expect(keys.size, "the same key each time").toBe(1);
    return [...keys][0] as string;
  }
}

/** Requests as a page of this user's would send them. */
async function signedIn(server: Latchkey, { username, password }: Account): Promise<APIRequestContext> {
  const person = await request.newContext({ baseURL: server.url, extraHTTPHeaders: { origin: server.url } });
  // Where it leads then is another's to look at: not everybody may see that.
  const answer = await person.post("/sign-in", { form: { username, password }, maxRedirects: 0 });
  expect(answer.status(), `${username} signs in`).toBe(303);
  return person;
}
