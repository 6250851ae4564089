import { readFile } from 'node:fs/promises'
import { expectExit, LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Bench } from './bench.ts'
import { compare } from './measure.ts'
import { counted } from './noopPlan.ts'
import { bareProbe, requestsOfAPlan } from './probe/bareProbe.ts'
import { bundled, line, makeBundle, source } from './programs.ts'
import { type SlowWire, slowWire } from './slowWire.ts'

export const ROUND_TRIP_MS = 50

export const farAway: Bench = {
  name: 'far',
  about: `the same with ${ROUND_TRIP_MS} ms on each round trip to every server`,
  async run(rounds) {
    await makeBundle()
    await using site = await LabInstallation.open()
    const { ports } = site.lab.description
    await using kubernetes = await slowWire(ports.apiserver)
    await using minio = await slowWire(ports.minio)
    await using registry = await slowWire(ports.registry)
    const wires = new Map([
      [ports.apiserver, kubernetes],
      [ports.minio, minio],
      [ports.registry, registry],
    ])
    const far = await throughWires(site, wires)
    expectExit(await site.groundcrew(['apply', '--auto-approve', '-f', far.file], { env: far.env }), 0)
    const requests = await requestsOfAPlan(site, far)
    const probe = await bareProbe(site, requests, far.moved)
    for (const wire of wires.values()) wire.delay(ROUND_TRIP_MS)
    const ours = [bundled, source].map((program) => ({
      name: `plan (${program.name})`,
      command: line(program, 'plan', '--detailed-exitcode', '-f', far.file),
      env: { ...far.env, ...program.env },
    }))
    const rows = await compare([...ours, { name: 'bare probe', command: probe, env: far.env }], rounds)
    return [{ title: `No-op plan, ${ROUND_TRIP_MS} ms away`, rows, notes: [counted(requests)] }]
  },
}

/** The site's desired state and kubeconfig with the wires' addresses in place of the servers'. */
async function throughWires(site: LabInstallation, wires: ReadonlyMap<number, SlowWire>) {
  const moved = (text: string) =>
    [...wires].reduce((all, [port, wire]) => all.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${wire.port}`), text)
  const file = await site.write('far.yaml', moved(await readFile(site.file, 'utf8')))
  const kubeconfig = await site.write('far.kubeconfig', moved(await readFile(site.lab.env.KUBECONFIG ?? '', 'utf8')))
  return { file, env: { ...site.ownEnv, KUBECONFIG: kubeconfig }, moved }
}
