import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { connect } from '../../../../src/world/kubernetes/connect.ts'

const folder = mkdtempSync(join(tmpdir(), 'groundcrew-kubeconfig-'))
let files = 0

/** A kubeconfig with one context `here` and this user. */
function kubeconfig(user: object, server = 'https://127.0.0.1:6443', name = 'here'): string {
  const file = join(folder, `${files++}.yaml`)
  const text = {
    'current-context': name,
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user }],
    contexts: [{ name, context: { cluster: 'c', user: 'u' } }],
  }
  writeFileSync(file, JSON.stringify(text))
  return file
}

const ask = (env: Record<string, string>, more: object = {}) => connect({ env, home: folder, cwd: folder, ...more })

test('a token, and a file that holds one beside the kubeconfig, are read directly', async () => {
  writeFileSync(join(folder, 'token'), 'from-file\n')
  assert.is((await (await ask({ KUBECONFIG: kubeconfig({ token: 'plain' }) })).token())?.open(), 'plain')
  assert.is((await (await ask({ KUBECONFIG: kubeconfig({ tokenFile: 'token' }) })).token())?.open(), 'from-file')
})

test('a credential plugin is run, and one that fails is a problem without its words', async () => {
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'from-plugin' } }
  const exec = (command: string, ...args: string[]) => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never' },
  })
  const good = await ask({ KUBECONFIG: kubeconfig(exec('echo', JSON.stringify(credential))) })
  assert.is((await good.token())?.open(), 'from-plugin')
  const bad = await ask({ KUBECONFIG: kubeconfig(exec('sh', '-c', 'echo hunter2 >&2; exit 1')) })
  await refused(bad.token(), 'cluster/no-credentials')
})

test('of several kubeconfigs the first to name something wins, and missing ones are passed over', async () => {
  const [first, second] = [kubeconfig({ token: 'first' }), kubeconfig({ token: 'second' }, 'https://127.0.0.1:7443', 'there')]
  const env = { KUBECONFIG: [join(folder, 'missing.yaml'), first, second].join(':') }
  assert.is((await ask(env)).endpoint.url.port, '6443')
  assert.is((await ask(env, { context: 'there' })).kubeconfig?.context, 'there')
})

test('what is missing is named, with the way out', async () => {
  await refused(ask({ KUBECONFIG: kubeconfig({}) }, { context: 'nope' }), 'cluster/unknown-context')
  await refused(ask({ KUBECONFIG: join(folder, 'none.yaml') }), 'cluster/no-kubeconfig')
  await refused(ask({}, { kubeconfig: join(folder, 'none.yaml') }), 'cluster/kubeconfig-unreadable')
  await refused(ask({ KUBECONFIG: kubeconfig({}, 'no url') }), 'cluster/no-server')
})

test('a certificate or key that is damaged is told as that, without its bytes', async () => {
  const data = (text: string) => Buffer.from(text).toString('base64')
  const pem = '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n'
  await refused(ask({ KUBECONFIG: kubeconfig({ 'client-key-data': data(pem) }) }), 'cluster/bad-certificate')
  await refused(ask({ KUBECONFIG: kubeconfig({ 'client-certificate-data': data('hunter2') }) }), 'cluster/bad-certificate')
})

async function refused(asking: Promise<unknown>, code: string): Promise<void> {
  const outcome = await asking.then(
    () => 'answered',
    (error: unknown) => error,
  )
  assert.instance(outcome, ProblemError)
  assert.is((outcome as ProblemError).problems[0]?.code, code)
  assert.not.match(JSON.stringify((outcome as ProblemError).problems), 'hunter2')
}

test.run()
