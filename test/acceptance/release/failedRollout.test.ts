import { readFile } from 'node:fs/promises'
import { parseDocument } from 'yaml'
import { type FaultProxy, faultProxy } from '../../../scripts/lab/index.ts'
import { acceptance } from '../support/acceptance.ts'
import { everythingMatchesGuide } from '../support/assertions.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'
import { waitForRollouts } from '../support/workloads.ts'
import { newPods, type RolloutFailure } from './failedRollout/rolloutFailure.ts'
import { rolloutFailures } from './failedRollout/rolloutFailures.ts'
import { expectEmptyPlan } from './restarts/applyWithRestarts.ts'

type Context = { readonly installation: LabInstallation; readonly proxy: FaultProxy; readonly kubeconfig: string }

const suite = acceptance('an upgrade whose pods do not become ready: workload, pod, reason, events and log lines are shown', async () => {
  const resources = new AsyncDisposableStack()
  const installation = resources.use(await LabInstallation.applied())
  const proxy = resources.use(await faultProxy(installation.lab, 'apiserver'))
  const kubeconfig = await kubeconfigOf(installation, proxy)
  await installation.lab.pods('slow')
  return { installation, proxy, kubeconfig, [Symbol.asyncDispose]: () => resources.disposeAsync() }
})

for (const [i, failure] of rolloutFailures.entries()) {
  const test = failure.isQuick ? suite : suite.full
  test(failure.name, async (context) => {
    try {
      return await failedUpgrade(context, failure, `round-${i}`)
    } finally {
      await failure.after?.(context.installation)
    }
  })
}

suite('pods become ready again: the next apply makes everything as the file declares', async ({ installation }) => {
  await installation.lab.pods('normal')
  expectExit(await installation.apply(), 0)
  await waitForRollouts(installation)
  await everythingMatchesGuide(installation)
  return expectEmptyPlan(installation)
})

suite.run()

async function failedUpgrade({ installation, proxy, kubeconfig }: Context, failure: RolloutFailure, round: string) {
  const log = await failure.log?.(installation)
  // kwok has no logs: the proxy returns them.
  proxy.faults = ({ path }) =>
    log !== undefined && /\/pods\/[^/]+\/log\?/.test(path) ? { do: 'respond', status: 200, body: log } : undefined
  const file = await installation.withEdits(round, (document) => {
    document.setIn(['release', 'timeout'], '8s')
    document.setIn(['release', 'values', 'server'], { podLabels: { round }, ...failure.values })
  })
  await failure.before?.(installation)
  const apply = installation.groundcrew(['apply', '--auto-approve', '-f', file], { env: { KUBECONFIG: kubeconfig } })
  if (failure.onPods !== undefined) await failure.onPods(installation, await newPods(installation, round))
  const { stdout, stderr } = expectExit(await apply, 1)
  for (const pattern of failure.output) expectText(stdout + stderr, pattern)
  await expectNoSecret(installation, stdout + stderr, log)
  return /Error: (.*)/.exec(stderr)?.[1]
}

/** No secret of the file is in the output, the state or a journal; no line of a log is in the state or a journal. */
async function expectNoSecret(installation: LabInstallation, output: string, log: string | undefined): Promise<void> {
  const names = ['admin-password', 'database-url', 'license.jwt', 'application-secret-key']
  const inputs = await Promise.all(names.map((name) => installation.input(name)))
  const keyLines = (await installation.input('encryption.pem')).split('\n').slice(1, -1)
  const secrets = [...inputs, ...keyLines, ...inputs.map((input) => /:([^:@]+)@/.exec(input)?.[1] ?? input)]
  const kept = JSON.stringify([await installation.readState(), await installation.journals()])
  for (const secret of secrets) if (output.includes(secret) || kept.includes(secret)) throw new Error(`a secret is in:\n${output}`)
  if (log !== undefined && kept.includes('the password is')) throw new Error('a log was kept')
}

/** A kubeconfig that leads through a proxy. */
async function kubeconfigOf(installation: LabInstallation, proxy: FaultProxy): Promise<string> {
  const document = parseDocument(await readFile(installation.ownEnv.KUBECONFIG ?? '', 'utf8'))
  document.setIn(['clusters', 0, 'cluster', 'server'], proxy.url)
  return installation.write('kubeconfig-through-proxy', String(document))
}
