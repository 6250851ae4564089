import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { type FaultProxy, faultProxy } from '../../../scripts/lab/index.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import type { Check, Report } from '../support/report.ts'
import { rolledOut } from '../support/workloads.ts'
import { newPods, type Wait } from './failedRollout/failure.ts'
import { waits as all } from './failedRollout/failures.ts'

export const waits: Check = {
  name: 'waits',
  about: 'an upgrade whose pods do not become ready: the workload, the pod, the reason, events and log lines, in the words of the API',
  async run(report, isQuick) {
    await using installation = await LabInstallation.applied()
    await using proxy = await faultProxy(installation.lab, 'apiserver')
    const kubeconfig = await throughProxy(installation, proxy)
    await installation.lab.pods('slow')
    for (const [i, wait] of all.filter(({ isSample }) => !isQuick || isSample).entries())
      await told(report, installation, proxy, kubeconfig, wait, `round-${i}`)
    await report.line('once nothing holds it up any more, one more apply makes all as the file says', async () => {
      await installation.lab.pods('normal')
      expectExit(await installation.apply(), 0)
      await rolledOut(installation)
      await everythingMatchesGuide(installation)
      expectText(expectExit(await installation.plan(), 0).stdout, 'No changes.')
      return undefined
    })
  },
}

async function told(
  report: Report,
  installation: LabInstallation,
  proxy: FaultProxy,
  KUBECONFIG: string,
  wait: Wait,
  round: string,
): Promise<void> {
  const log = await wait.log?.(installation)
  proxy.faults = ({ path }) =>
    log !== undefined && /\/pods\/[^/]+\/log\?/.test(path) ? { do: 'answer', status: 200, body: log } : undefined
  const file = await installation.withEdits(round, (it) => {
    it.setIn(['release', 'timeout'], '8s')
    it.setIn(['release', 'values', 'server'], { podLabels: { round }, ...wait.values })
  })
  await report.line(wait.name, async () => {
    await wait.before?.(installation)
    const apply = installation.groundcrew(['apply', '--auto-approve', '-f', file], { env: { KUBECONFIG } })
    if (wait.toPods !== undefined) await wait.toPods(installation, await newPods(installation, round))
    const { stdout, stderr } = expectExit(await apply, 1)
    for (const says of wait.says) expectText(stdout + stderr, says)
    await nothingLeaks(installation, stdout + stderr, log)
    return /Error: (.*)/.exec(stderr)?.[1]
  })
  await wait.after?.(installation)
}

/** No secret of the file, in no output and no file; no line of a log in any file. */
async function nothingLeaks(installation: LabInstallation, text: string, log: string | undefined): Promise<void> {
  const secrets = await Promise.all(
    ['admin-password', 'database-url', 'license.jwt', 'application-secret-key'].map((name) => installation.input(name)),
  )
  const lines = [
    ...secrets,
    ...(await installation.input('encryption.pem')).split('\n').slice(1, -1),
    ...secrets.map((one) => /:([^:@]+)@/.exec(one)?.[1] ?? one),
  ]
  const kept = JSON.stringify([await installation.readState(), await installation.journals()])
  for (const secret of lines) if (text.includes(secret) || kept.includes(secret)) throw new Error(`a secret shows in:\n${text}`)
  if (log !== undefined && kept.includes('the password is')) throw new Error('a log was kept')
}

/** A kubeconfig that leads through a proxy: kwok has no logs, and the proxy answers for them. */
async function throughProxy(installation: LabInstallation, proxy: FaultProxy): Promise<string> {
  const document = parseDocument(await readFile(installation.ownEnv.KUBECONFIG ?? '', 'utf8'))
  document.setIn(['clusters', 0, 'cluster', 'server'], proxy.url)
  return installation.write('kubeconfig-through-proxy', String(document))
}
