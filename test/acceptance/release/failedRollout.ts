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
    await using site = await LabInstallation.applied()
    await using proxy = await faultProxy(site.lab, 'apiserver')
    const kubeconfig = await throughProxy(site, proxy)
    await site.lab.pods('slow')
    for (const [i, wait] of all.filter(({ isSample }) => !isQuick || isSample).entries())
      await told(report, site, proxy, kubeconfig, wait, `round-${i}`)
    await report.line('once nothing holds it up any more, one more apply makes all as the file says', async () => {
      await site.lab.pods('normal')
      expectExit(await site.apply(), 0)
      await rolledOut(site)
      await everythingMatchesGuide(site)
      expectText(expectExit(await site.plan(), 0).stdout, 'No changes.')
      return undefined
    })
  },
}

async function told(
  report: Report,
  site: LabInstallation,
  proxy: FaultProxy,
  KUBECONFIG: string,
  wait: Wait,
  round: string,
): Promise<void> {
  const log = await wait.log?.(site)
  proxy.faults = ({ path }) =>
    log !== undefined && /\/pods\/[^/]+\/log\?/.test(path) ? { do: 'answer', status: 200, body: log } : undefined
  const file = await site.withEdits(round, (it) => {
    it.setIn(['release', 'timeout'], '8s')
    it.setIn(['release', 'values', 'server'], { podLabels: { round }, ...wait.values })
  })
  await report.line(wait.name, async () => {
    await wait.before?.(site)
    const apply = site.groundcrew(['apply', '--auto-approve', '-f', file], { env: { KUBECONFIG } })
    if (wait.toPods !== undefined) await wait.toPods(site, await newPods(site, round))
    const { stdout, stderr } = expectExit(await apply, 1)
    for (const says of wait.says) expectText(stdout + stderr, says)
    await nothingLeaks(site, stdout + stderr, log)
    return /Error: (.*)/.exec(stderr)?.[1]
  })
  await wait.after?.(site)
}

/** No secret of the file, in no output and no file; no line of a log in any file. */
async function nothingLeaks(site: LabInstallation, text: string, log: string | undefined): Promise<void> {
  const secrets = await Promise.all(
    ['admin-password', 'database-url', 'license.jwt', 'application-secret-key'].map((name) => site.input(name)),
  )
  const lines = [
    ...secrets,
    ...(await site.input('encryption.pem')).split('\n').slice(1, -1),
    ...secrets.map((one) => /:([^:@]+)@/.exec(one)?.[1] ?? one),
  ]
  const kept = JSON.stringify([await site.readState(), await site.journals()])
  for (const secret of lines) if (text.includes(secret) || kept.includes(secret)) throw new Error(`a secret shows in:\n${text}`)
  if (log !== undefined && kept.includes('the password is')) throw new Error('a log was kept')
}

/** A kubeconfig that leads through a proxy: kwok has no logs, and the proxy answers for them. */
async function throughProxy(site: LabInstallation, proxy: FaultProxy): Promise<string> {
  const document = parseDocument(await readFile(site.ownEnv.KUBECONFIG ?? '', 'utf8'))
  document.setIn(['clusters', 0, 'cluster', 'server'], proxy.url)
  return site.write('kubeconfig-through-proxy', String(document))
}
