import { setTimeout as sleep } from 'node:timers/promises'
import { newAuthority, newKey } from './certificates.ts'
import type { Order, ServerAction, ServerStatus } from './control.ts'
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

/** Owns the servers of one lab. Knows nothing of how it was started or how it hears orders. */
export class Supervisor {
  readonly #it: Description
  readonly #servers = new Map<string, Server>()
  // Two orders at once could start one server twice.
  #queue: Promise<unknown> = Promise.resolve()

  constructor(it: Description) {
    this.#it = it
  }

  /** Brings everything up; returns when pods can run, objects can be stored and images pushed. */
  async start(imageBytes: number): Promise<void> {
    const me = await this.#writeCertificates()
    await Promise.all([
      writeMinioFiles(this.#it),
      writeRegistryFiles(this.#it),
      writeExtraRegistryFiles(this.#it),
      writeStages(this.#it, 0),
    ])
    await Promise.all([
      this.#startControlPlane(me),
      this.#add(minio(this.#it, me.ca)).start(),
      this.#add(registry(this.#it, me.ca)).start(),
      ...extraServers(this.#it, me.ca).map((spec) => this.#add(spec).start()),
      writeInputs(this.#it, me.ca, imageBytes),
    ])
  }

  /** Carries out one order and tells how the servers are after it. */
  async obey(order: Order): Promise<ServerStatus[]> {
    if (order.do === 'pods') await this.#inTurn(() => this.#setPodReady(order.readySeconds))
    if (order.do === 'server') await this.#inTurn(() => act(this.#server(order.name), order.action))
    return this.status()
  }

  status(): ServerStatus[] {
    return [...this.#servers].map(([name, { pid }]) => (pid === undefined ? { name, running: false } : { name, pid, running: true }))
  }

  /** Kills all servers and waits until they are gone. */
  async stop(): Promise<void> {
    await Promise.all([...this.#servers.values()].map((server) => server.kill()))
  }

  async #startControlPlane(me: Caller): Promise<void> {
    await this.#add(etcd(this.#it)).start()
    await this.#add(apiserver(this.#it, me)).start()
    const workers = [controllerManager(this.#it), scheduler(this.#it), kwok(this.#it, me)].map((spec) => this.#add(spec))
    await Promise.all([createNode(this.#it, me), ...workers.map((worker) => worker.start())])
    await this.#untilPodsCanRun(me, workers)
  }

  async #untilPodsCanRun(me: Caller, workers: Server[]): Promise<void> {
    const deadline = Date.now() + 60_000
    while (!(await canRunPods(this.#it, me))) {
      const dead = workers.find((worker) => !worker.isRunning())
      if (dead) throw new Error(`${dead.spec.name} ended while it was starting\n${await dead.logTail()}`)
      if (Date.now() > deadline) throw new Error(`the node did not become ready in time; logs: ${layout(this.#it.dir).logs}`)
      await sleep(50)
    }
  }

  // kwok reads its stages once. Pods that are ready already match no stage any more, so a new kwok leaves them alone.
  async #setPodReady(seconds: number): Promise<void> {
    await writeStages(this.#it, seconds)
    const server = this.#server('kwok')
    await server.kill()
    await server.start()
  }

  // The lab's own servers have a name of their own: in the audit log, whatever lab-admin does was done by a user of the lab.
  async #writeCertificates(): Promise<Caller> {
    const files = layout(this.#it.dir)
    const { certificate: ca, ...authority } = await newAuthority(`groundcrew lab ${this.#it.name}`)
    const masters = 'system:masters'
    const issued = [authority.server(names), authority.client('lab-admin', masters), authority.client('lab-servers', masters)] as const
    const [server, admin, servers] = await Promise.all(issued)
    await Promise.all([
      writePrivate(files.ca, ca),
      writePrivate(files.serverCertificate, server.certificate),
      writePrivate(files.serverKey, server.key),
      writePrivate(files.serviceAccountKey, await newKey(2048)),
      writeKubernetesFiles(this.#it, { ...admin, ca }, { ...servers, ca }),
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
