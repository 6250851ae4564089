import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type ControlCommand, type ServerAction, type ServerStatus, sendCommand } from './control.ts'
import { type Description, readDescription } from './description.ts'
import { labEnvironment } from './env.ts'
import { layout } from './layout.ts'
import { labDir } from './paths.ts'
import { isAlive } from './processIdentity.ts'
import { MinioTrace } from './requests/minio.ts'
import { type Recording, record } from './requests/recording.ts'
import { type TokenLife, writeTokenLife } from './servers/tokenLife.ts'

/** Short names for servers. */
const aliases: Record<string, string> = { apiserver: 'kube-apiserver', api: 'kube-apiserver' }

/** Longer than any test waits: `slow` without a number lasts until `normal`. */
const FOREVER_SECONDS = 24 * 3600

/** A client of a running lab. */
export class Lab {
  readonly description: Description
  /** Everything that `lab env` prints. */
  readonly env: Record<string, string>

  constructor(description: Description) {
    this.description = description
    this.env = labEnvironment(description)
  }

  get name(): string {
    return this.description.name
  }

  get dir(): string {
    return this.description.dir
  }

  /** The path of the desired state for an installation on this lab. */
  get desiredState(): string {
    return layout(this.dir).desiredState
  }

  /** The status of the servers; undefined if the lab is not running. */
  async status(): Promise<ServerStatus[] | undefined> {
    return isAlive(this.description.supervisor) ? sendCommand(layout(this.dir).control, { do: 'status' }) : undefined
  }

  /** Returns when the lab is up. */
  async ready(): Promise<void> {
    await this.#command({ do: 'ready' })
  }

  /** `slow`: new pods become ready only after `seconds`. `normal`: at once, also those that are waiting. */
  async pods(pace: 'slow' | 'normal', seconds = FOREVER_SECONDS): Promise<void> {
    await this.#command({ do: 'pods', readySeconds: pace === 'slow' ? seconds : 0 })
  }

  /** Sets the lifetime of tokens that the token server issues from now on. */
  async tokenLife(life: TokenLife): Promise<void> {
    await writeTokenLife(this.description, life)
  }

  /** One server, to stop, suspend and start again. */
  server(name: string): LabServer {
    return new LabServer(aliases[name] ?? name, (command) => this.#command(command))
  }

  /** Records the requests to the API server, MinIO and the registry until the returned function is called. */
  record(): Promise<Recording> {
    return record(this.description)
  }

  /** Records the requests to MinIO. */
  traceMinio(): Promise<MinioTrace> {
    return MinioTrace.start(this.description)
  }

  /** Ends all servers and deletes the lab's folder. Also works if the supervisor was killed. */
  async stop(): Promise<void> {
    const { supervisor } = this.description
    await sendCommand(layout(this.dir).control, { do: 'stop' }, 5).catch(() => undefined)
    if (!(await hasEnded(supervisor, 5))) process.kill(supervisor.pid, 'SIGKILL')
    if (!(await hasEnded(supervisor, 5))) throw new Error(`the supervisor ${supervisor.pid} of lab ${this.name} does not exit`)
    await rm(this.dir, { recursive: true, force: true })
  }

  async #command(command: ControlCommand): Promise<ServerStatus[]> {
    const servers = await sendCommand(layout(this.dir).control, command)
    if (servers) return servers
    throw new Error(`lab ${this.name} is not running`)
  }
}

/** One server of a lab. It keeps its port and data across stop and start. */
export class LabServer {
  readonly name: string
  readonly #command: (command: ControlCommand) => Promise<ServerStatus[]>

  constructor(name: string, command: (command: ControlCommand) => Promise<ServerStatus[]>) {
    this.name = name
    this.#command = command
  }

  /** Undefined while it is not running. */
  async pid(): Promise<number | undefined> {
    return (await this.#command({ do: 'status' })).find(({ name }) => name === this.name)?.pid
  }

  /** Kills it: connections are refused. */
  stop = (): Promise<void> => this.#act('stop')

  /** Starts it again; returns when it is ready. */
  start = (): Promise<void> => this.#act('start')

  /** SIGSTOP: connections are accepted, requests get no response. */
  suspend = (): Promise<void> => this.#act('suspend')

  /** SIGCONT. */
  resume = (): Promise<void> => this.#act('resume')

  async #act(action: ServerAction): Promise<void> {
    await this.#command({ do: 'server', name: this.name, action })
  }
}

/** A lab by its name, running or left over; undefined if there is none. */
export async function findLab(name: string): Promise<Lab | undefined> {
  const description = await readDescription(labDir(name))
  return description && new Lab(description)
}

async function hasEnded(supervisor: Description['supervisor'], seconds: number): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(20)) if (!isAlive(supervisor)) return true
  return !isAlive(supervisor)
}
