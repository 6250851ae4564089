import { setTimeout as sleep } from 'node:timers/promises'
import { newAuthority, newKey } from './certificates.ts'
import type { ControlCommand, ServerAction, ServerStatus } from './control.ts'
import type { Description } from './description.ts'
import { writeInputs } from './inputs/write.ts'
import { layout } from './layout.ts'
import { writePrivate } from './privateFile.ts'
import { Server } from './server.ts'
import { extraServers, writeExtraRegistryFiles } from './servers/extraRegistries.ts'
import { apiserver, type Caller, controllerManager, etcd, scheduler, writeKubernetesFiles } from './servers/kubernetes.ts'
import { canRunPods, createNode, kwok, writeStages } from './servers/kwok.ts'
import { minio, writeMinioFiles } from './servers/minio.ts'
import { registry, writeRegistryFiles } from './servers/registry.ts'

const names = { dns: ['localhost', 'kubernetes', 'kubernetes.default.svc'], ip: ['127.0.0.1', '10.0.0.1'] }

/** Owns the servers of one lab. Independent of how it was started and how it receives commands. */
export class Supervisor {
  readonly #description: Description
  readonly #servers = new Map<string, Server>()
  // Two concurrent commands could start a server twice.
  #queue: Promise<unknown> = Promise.resolve()

  constructor(description: Description) {
    this.#description = description
  }

  /** Starts everything; returns when pods can run, objects can be stored and images pushed. */
  async start(imageBytes: number): Promise<void> {
    const caller = await this.#writeCertificates()
    await Promise.all([
      writeMinioFiles(this.#description),
      writeRegistryFiles(this.#description),
      writeExtraRegistryFiles(this.#description),
      writeStages(this.#description, 0),
    ])
    await Promise.all([
      this.#startControlPlane(caller),
      this.#add(minio(this.#description, caller.ca)).start(),
      this.#add(registry(this.#description, caller.ca)).start(),
      ...extraServers(this.#description, caller.ca).map((spec) => this.#add(spec).start()),
      writeInputs(this.#description, caller.ca, imageBytes),
    ])
  }

  /** Executes one command and returns the status of the servers after it. */
  async handle(command: ControlCommand): Promise<ServerStatus[]> {
    if (command.do === 'pods') await this.#inTurn(() => this.#setPodReady(command.readySeconds))
    if (command.do === 'server') await this.#inTurn(() => act(this.#server(command.name), command.action))
    return this.status()
  }

  status(): ServerStatus[] {
    return [...this.#servers].map(([name, { pid }]) => (pid === undefined ? { name, running: false } : { name, pid, running: true }))
  }

  /** Kills all servers and waits until they have exited. */
  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.kill()))
  }

  async #startControlPlane(caller: Caller): Promise<void> {
    await this.#add(etcd(this.#description)).start()
    await this.#add(apiserver(this.#description, caller)).start()
    const workers = [controllerManager(this.#description), scheduler(this.#description), kwok(this.#description, caller)].map((spec) =>
      this.#add(spec),
    )
    await Promise.all([createNode(this.#description, caller), ...workers.map((worker) => worker.start())])
    await this.#untilPodsCanRun(caller, workers)
  }

  async #untilPodsCanRun(caller: Caller, workers: Server[]): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!(await canRunPods(this.#description, caller))) {
      const dead = workers.find((worker) => !worker.isRunning())
      if (dead) throw new Error(`${dead.spec.name} exited during its start\n${await dead.logTail()}`)
      if (Date.now() > deadline) throw new Error(`the node did not become ready in time; logs: ${layout(this.#description.dir).logs}`)
      await sleep(50)
    }
  }

  // kwok reads its stages once. Pods that are ready match no stage any more, so a new kwok does not change them.
  async #setPodReady(seconds: number): Promise<void> {
    await writeStages(this.#description, seconds)
    const server = this.#server('kwok')
    await server.kill()
    await server.start()
  }

  // The lab's own servers have another user: in the audit log, everything by lab-admin was done by a user of the lab.
  async #writeCertificates(): Promise<Caller> {
    const files = layout(this.#description.dir)
    const { certificate: ca, ...authority } = await newAuthority(`groundcrew lab ${this.#description.name}`)
    const masters = 'system:masters'
    const issued = [authority.server(names), authority.client('lab-admin', masters), authority.client('lab-servers', masters)] as const
    const [server, admin, servers] = await Promise.all(issued)
    await Promise.all([
      writePrivate(files.ca, ca),
      writePrivate(files.serverCertificate, server.certificate),
      writePrivate(files.serverKey, server.key),
      writePrivate(files.serviceAccountKey, await newKey(2048)),
      writeKubernetesFiles(this.#description, { ...admin, ca }, { ...servers, ca }),
    ])
    return { ...servers, ca }
  }

  #add(spec: Server['spec']): Server {
    const server = new Server(spec)
    this.#servers.set(spec.name, server)
    return server
  }

  #server(name: string): Server {
    const server = this.#servers.get(name)
    if (server) return server
    throw new Error(`expected a server of ${[...this.#servers.keys()].join(', ')}, got ${JSON.stringify(name)}`)
  }

  #inTurn(task: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(task)
    this.#queue = turn.catch(() => undefined)
    return turn
  }
}

async function act(server: Server, action: ServerAction): Promise<void> {
  if (action === 'start') return server.start()
  if (action === 'stop') return server.kill()
  server.signal(action === 'suspend' ? 'SIGSTOP' : 'SIGCONT')
}
