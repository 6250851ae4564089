import { readFile } from 'node:fs/promises'
import { expectExit, LabInstallation } from '../../test/acceptance/support/installation.ts'
import type { Bench } from './bench.ts'
import { type DelayProxy, delayProxy } from './delayProxy.ts'
import { compare } from './measure.ts'
import { requestCounts } from './noopPlan.ts'
import { bareProbe, recordPlanRequests } from './probe/bareProbe.ts'
import { bundled, commandLine, makeBundle, source } from './programs.ts'

export const ROUND_TRIP_MS = 50

export const highLatency: Bench = {
  name: 'far',
  about: `the same with ${ROUND_TRIP_MS} ms of latency per round trip to every server`,
  async run(rounds) {
    await makeBundle()
    await using installation = await LabInstallation.open()
    const { ports } = installation.lab.description
    await using kubernetes = await delayProxy(ports.apiserver)
    await using minio = await delayProxy(ports.minio)
    await using registry = await delayProxy(ports.registry)
    const proxies = new Map([
      [ports.apiserver, kubernetes],
      [ports.minio, minio],
      [ports.registry, registry],
    ])
    const distant = await viaProxies(installation, proxies)
    expectExit(await installation.groundcrew(['apply', '--auto-approve', '-f', distant.file], { env: distant.env }), 0)
    const requests = await recordPlanRequests(installation, distant)
    const probe = await bareProbe(installation, requests, distant.moved)
    for (const proxy of proxies.values()) proxy.delay(ROUND_TRIP_MS)
    const programs = [bundled, source].map((program) => ({
      name: `plan (${program.name})`,
      command: commandLine(program, 'plan', '--detailed-exitcode', '-f', distant.file),
      env: { ...distant.env, ...program.env },
    }))
    const rows = await compare([...programs, { name: 'bare probe', command: probe, env: distant.env }], rounds)
    return [{ title: `No-op plan, ${ROUND_TRIP_MS} ms latency`, rows, notes: [requestCounts(requests)] }]
  },
}

/** The installation's desired state and kubeconfig with the addresses of the proxies instead of the servers. */
async function viaProxies(installation: LabInstallation, proxies: ReadonlyMap<number, DelayProxy>) {
  const redirect = (text: string) =>
    [...proxies].reduce((all, [port, proxy]) => all.replaceAll(`127.0.0.1:${port}`, `127.0.0.1:${proxy.port}`), text)
  const file = await installation.write('far.yaml', redirect(await readFile(installation.file, 'utf8')))
  const kubeconfig = await installation.write('far.kubeconfig', redirect(await readFile(installation.lab.env.KUBECONFIG ?? '', 'utf8')))
  return { file, env: { ...installation.ownEnv, KUBECONFIG: kubeconfig }, moved: redirect }
}
