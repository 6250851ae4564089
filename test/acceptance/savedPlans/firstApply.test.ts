import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectText, LabInstallation } from '../support/installation.ts'

const test = acceptance('a saved plan of a first apply has no state: the servers alone show whether it is still valid', open)

test.full('refused on another cluster', async ({ installation, other, plan }) => {
  const kubeconfig = parse(await readFile(other.lab.env.KUBECONFIG ?? '', 'utf8')) as { contexts: [{ name: string }] }
  kubeconfig.contexts[0].name = installation.lab.description.context
  const flags = ['--kubeconfig', await installation.write('kubeconfig-other', stringify(kubeconfig))]
  expectText(expectExit(await installation.groundcrew(['apply', plan, ...flags]), 1).stderr, /Changed since it was saved: the cluster\./)
})

test.full('refused once the namespace exists', async ({ installation, plan }) => {
  await installation.kubectl('create', 'namespace', 'spacelift')
  const reason = /Changed since it was saved: namespace\/spacelift on the server\./
  expectText(expectExit(await installation.groundcrew(['apply', plan]), 1).stderr, reason)
  await installation.kubectl('delete', 'namespace', 'spacelift', '--wait=true')
})

test.full('applied once; on another host without a state it is refused', async ({ installation, plan }) => {
  expectExit(await installation.groundcrew(['apply', plan]), 0)
  const otherState = ['--state', join(installation.lab.dir, 'other-state')]
  expectText(expectExit(await installation.groundcrew(['apply', plan, ...otherState]), 1).stderr, /on the server/)
})

async function open() {
  const installation = await LabInstallation.open()
  const other = await LabInstallation.open()
  const plan = join(installation.folder, 'first.plan')
  expectExit(await installation.groundcrew(['plan', '-out', plan]), 0)
  const dispose = async () => {
    await installation[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
  }
  return { installation, other, plan, [Symbol.asyncDispose]: dispose }
}

test.run()
