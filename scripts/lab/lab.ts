import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { giveOrder, type Order, type ServerAction, type ServerStatus } from './control.ts'
import { type Description, readDescription } from './description.ts'
import { labEnvironment } from './env.ts'
import { layout } from './layout.ts'
import { labDir } from './paths.ts'
import { isAlive } from './processIdentity.ts'
import { MinioTrace } from './requests/minio.ts'
import { type Recording, record } from './requests/recording.ts'
import { type TokenLife, writeTokenLife } from './servers/tokenLife.ts'

/** Names as they are typed; the long ones are those of the programs. */
const aliases: Record<string, string> = { apiserver: 'kube-apiserver', api: 'kube-apiserver' }

/** Longer than any test waits: what is "slow" without a number stays so until somebody says `normal`. */
const untilToldOtherwise = 24 * 3600

/** A running lab, from the outside. */
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

  /** The path of the desired state for an install on this lab. */
  get desiredState(): string {
    return layout(this.dir).desiredState
  }

  /** How the servers are; undefined when the lab does not run. */
  async status(): Promise<ServerStatus[] | undefined> {
    return isAlive(this.description.supervisor) ? giveOrder(layout(this.dir).control, { do: 'status' }) : undefined
  }

  /** Returns when the lab has come up. */
  async ready(): Promise<void> {
    await this.#order({ do: 'ready' })
  }

  /** Makes new pods wait before they become ready, or no longer; pods that wait then become ready at once. */
  async pods(pace: 'slow' | 'normal', seconds = untilToldOtherwise): Promise<void> {
    await this.#order({ do: 'pods', readySeconds: pace === 'slow' ? seconds : 0 })
  }

  /** How long the token server's tokens are good from now on; those that were given keep what they have. */
  async tokenLife(life: TokenLife): Promise<void> {
    await writeTokenLife(this.description, life)
  }

  /** One server, to be taken away and given back. */
  server(name: string): LabServer {
    return new LabServer(aliases[name] ?? name, (order) => this.#order(order))
  }

  /** Records what the API server, MinIO and the registry are asked, until the answered function is called. */
  record(): Promise<Recording> {
    return record(this.description)
  }

  /** Records what MinIO is asked. */
  traceMinio(): Promise<MinioTrace> {
    return MinioTrace.start(this.description)
  }

  /** Ends all servers and removes the lab's folder. Works on a lab whose supervisor was killed as well. */
  async stop(): Promise<void> {
    const { supervisor } = this.description
    await giveOrder(layout(this.dir).control, { do: 'stop' }, 5).catch(() => undefined)
    if (!(await gone(supervisor, 5))) process.kill(supervisor.pid, 'SIGKILL')
    if (!(await gone(supervisor, 5))) throw new Error(`the supervisor ${supervisor.pid} of lab ${this.name} does not end`)
    await rm(this.dir, { recursive: true, force: true })
  }

  async #order(order: Order): Promise<ServerStatus[]> {
    const servers = await giveOrder(layout(this.dir).control, order)
    if (servers) return servers
    throw new Error(`lab ${this.name} does not run`)
  }
}

/** One server of a lab. Servers keep their ports and data across stop and start. */
export class LabServer {
  readonly name: string
  readonly #order: (order: Order) => Promise<ServerStatus[]>

  constructor(name: string, order: (order: Order) => Promise<ServerStatus[]>) {
    this.name = name
    this.#order = order
  }

  /** Undefined while it does not run. */
  async pid(): Promise<number | undefined> {
    return (await this.#order({ do: 'status' })).find(({ name }) => name === this.name)?.pid
  }

  /** Kills it: connections are refused from now on. */
  stop = (): Promise<void> => this.#act('stop')

  /** Starts it again; returns when it is ready. */
  start = (): Promise<void> => this.#act('start')

  /** SIGSTOP: connections are taken and never answered. */
  suspend = (): Promise<void> => this.#act('suspend')

  /** SIGCONT. */
  resume = (): Promise<void> => this.#act('resume')

  async #act(action: ServerAction): Promise<void> {
    await this.#order({ do: 'server', name: this.name, action })
  }
}

/** A lab by its name, running or left behind; undefined when there is none. */
export async function findLab(name: string): Promise<Lab | undefined> {
  const description = await readDescription(labDir(name))
  return description && new Lab(description)
}

async function gone(supervisor: Description['supervisor'], seconds: number): Promise<boolean> {
  for (const deadline = Date.now() + seconds * 1000; Date.now() < deadline; await sleep(20)) if (!isAlive(supervisor)) return true
  return !isAlive(supervisor)
}
