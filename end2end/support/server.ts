import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { constants, cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

export const binary = process.env.LATCHKEY_BIN || resolve(import.meta.dirname, "../../target/release/latchkey");

export interface Account {
  username: string;
  password: string;
}

/** The administrator of every server that was not asked for a first start. */
export const ada: Account = { username: "ada", password: "correct horse battery" };
export const grace: Account = { username: "grace", password: "nanoseconds by the foot" };

/** A consumer secret that is right and easy to find where it should not be. */
export const SECRET = "s3cret-of-the-browser-tests";

export interface Consumer {
  key: string;
  name: string;
  status: "pending" | "approved" | "disapproved";
  trusted: boolean;
  trusted_wished: boolean;
  may_administer: boolean;
  allow_oauth_1_0: boolean;
  callback_url: string | null;
  callback_urls: string[];
  owner: string | null;
  contact: string | null;
  note: string | null;
  functional_user: string | null;
  networks: string[];
  ends_at: string | null;
  reason: string | null;
  resembles: string | null;
  created_by: string;
  revision: number;
}

/** The server that databases are made on, where the run is for PostgreSQL. */
export const postgres = process.env.LATCHKEY_TEST_POSTGRES;
let databases = 0;

/** A database that is there already: its data folder, which is copied, and where it is PostgreSQL's, its name. */
export interface Filled {
  folder: string;
  database?: string;
  /** Whether PostgreSQL's is copied too, else it is used up. */
  isTemplate?: boolean;
}

/** Below the ports that the system gives to connections: while the server is away, no connection takes its port. */
const somePort = () => 20_000 + Math.floor(Math.random() * 10_000);

/** The real program with a data folder and a database of its own. */
export class Latchkey {
  /** Settings besides those that every server of the tests has, from the next start on. */
  settings: NodeJS.ProcessEnv = {};
  /** What it wrote so far, to look into a failure. */
  log = "";
  /** The link that a first start prints, once it has. */
  readonly setUpUrl: Promise<string>;

  private readonly folder = mkdtempSync(join(tmpdir(), "latchkey-end2end-"));
  private readonly database: string | undefined;
  private process: ChildProcess | undefined;
  private port = somePort();
  private printed!: (setUpUrl: string) => void;

  /** On an empty database, or on one that is there already. */
  constructor(filled?: Filled) {
    this.setUpUrl = new Promise((printed) => (this.printed = printed));
    const copied = { recursive: true, mode: constants.COPYFILE_FICLONE };
    if (filled) cpSync(filled.folder, this.data, copied);
    if (filled?.database && !filled.isTemplate) {
      this.database = filled.database;
    } else if (postgres) {
      this.database = `browser_${process.pid}_${databases++}`;
      sql(`CREATE DATABASE ${this.database} TEMPLATE ${filled?.database ?? "template1"}`);
    }
  }

  private get data(): string {
    return join(this.folder, "data");
  }

  /** What it has, for other servers to begin with; it must not run meanwhile. */
  template(): Filled {
    return { folder: this.data, isTemplate: true, ...(this.database && { database: this.database }) };
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get running(): boolean {
    return this.process !== undefined && this.process.exitCode === null && this.process.signalCode === null;
  }

  /** Starts it, again on the same port and data; resolves once it answers. */
  async start(): Promise<void> {
    if (!existsSync(binary)) throw new Error(`${binary} does not exist: run "make build" or set LATCHKEY_BIN`);
    const isFirst = this.process === undefined;
    for (;;) {
      try {
        return await this.serve();
      } catch (error) {
        if (!isFirst || !this.log.includes("cannot be listened on")) throw error;
        this.port = somePort();
        this.log = "";
      }
    }
  }

  private async serve(): Promise<void> {
    const child = spawn(binary, ["serve"], { cwd: this.folder, env: this.environment(), stdio: ["ignore", "pipe", "pipe"] });
    this.process = child;
    child.stderr.on("data", (text: Buffer) => (this.log += text));
    const lines = createInterface({ input: child.stdout });
    await new Promise<void>((answers, failed) => {
      lines.on("line", (line) => {
        this.log += `${line}\n`;
        const setUp = /^set up at (\S+)/.exec(line);
        if (setUp) this.printed(setUp[1] as string);
        if (line.startsWith("listening on ")) answers();
      });
      child.once("error", failed);
      child.once("close", (code, signal) => failed(new Error(`serve ended (${code ?? signal}):\n${this.log}`)));
    });
  }

  /** Asks it to stop, as a service manager does; returns the exit code. */
  async stop(): Promise<number | null> {
    return this.end("SIGTERM");
  }

  /** Kills it. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** Stops it where it is, as a machine that sleeps does: connections stay open and say nothing. */
  suspend(): void {
    this.process?.kill("SIGSTOP");
  }

  resume(): void {
    this.process?.kill("SIGCONT");
  }

  /** Stops it, does something, and starts it again. */
  async restart(meanwhile = () => {}): Promise<void> {
    const code = await this.stop();
    if (code !== 0) throw new Error(`asked to stop, it ended with ${code}:\n${this.log}`);
    meanwhile();
    await this.start();
  }

  /** Changes the database while it is stopped, to what no test can wait for. SQLite's takes the program `sqlite3`. */
  async rewrite(statements: string): Promise<void> {
    const file = join(this.data, "latchkey.db");
    await this.restart(() => {
      if (this.database) sql(statements, this.database);
      else execFileSync("sqlite3", ["-bail", file, statements], { stdio: ["ignore", "ignore", "inherit"] });
    });
  }

  /** Runs a command beside the server and returns what it printed; a refusal is an error. */
  async cli(args: string[], stdin = ""): Promise<string> {
    const child = spawn(binary, args, { cwd: this.folder, env: this.environment(), stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let problems = "";
    child.stdout.on("data", (text: Buffer) => (out += text));
    child.stderr.on("data", (text: Buffer) => (problems += text));
    // A command that has ended reads no more; its exit code and what it said tell why.
    child.stdin.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") problems += `standard input: ${error}\n`;
    });
    child.stdin.end(stdin);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`latchkey ${args.join(" ")} ended with ${code}:\n${out}${problems}`);
    return out;
  }

  async addUser({ username, password }: Account, configureServer = true): Promise<void> {
    const permission = configureServer ? ["--configure-server"] : [];
    await this.cli(["user", "add", username, ...permission, "--init", "--password-stdin"], password);
  }

  /** Registers a consumer from the command line and returns its key. */
  async register(name: string, status: "pending" | "approved" | "disapproved" = "pending"): Promise<string> {
    const key = (await this.cli(["consumer", "register", name, "--secret-stdin"], SECRET)).trim();
    if (status === "approved") await this.approve(key);
    if (status === "disapproved") await this.disapprove(key);
    return key;
  }

  async approve(key: string): Promise<void> {
    await this.cli(["consumer", "approve", key]);
  }

  async disapprove(key: string): Promise<void> {
    await this.cli(["consumer", "disapprove", key]);
  }

  async rename(key: string, name: string): Promise<void> {
    await this.cli(["consumer", "edit", key, "--name", name]);
  }

  async remove(key: string): Promise<void> {
    await this.cli(["consumer", "remove", key, "--yes"]);
  }

  async show(key: string): Promise<Consumer> {
    return JSON.parse(await this.cli(["consumer", "show", key, "--json"]));
  }

  async list(): Promise<Consumer[]> {
    return JSON.parse(await this.cli(["consumer", "list", "--json"]));
  }

  forget(): void {
    if (this.database) sql(`DROP DATABASE ${this.database} WITH (FORCE)`);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    const child = this.process;
    if (!child || !this.running) return child?.exitCode ?? null;
    const ended = once(child, "exit");
    child.kill(signal);
    const [code] = await ended;
    return code;
  }

  private environment(): NodeJS.ProcessEnv {
    // Settings of the shell that runs the tests do not count.
    const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("LATCHKEY_") && !name.startsWith("LEPTOS_"));
    return {
      ...Object.fromEntries(kept),
      LATCHKEY_DATA_DIR: this.data,
      LATCHKEY_LISTEN: `127.0.0.1:${this.port}`,
      LATCHKEY_INTERNAL_LISTEN: "off",
      ...(this.database && { LATCHKEY_DATABASE_URL: `${postgres}/${this.database}` }),
      ...this.settings,
    };
  }
}

function sql(statements: string, database = "postgres"): void {
  const once = ["--quiet", "--set", "ON_ERROR_STOP=1", "--command", statements];
  execFileSync("psql", [`${postgres}/${database}`, ...once], { stdio: ["ignore", "ignore", "inherit"] });
}
