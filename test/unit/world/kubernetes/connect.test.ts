import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { connect } from '../../../../src/world/kubernetes/connect.ts'

const folder = mkdtempSync(join(tmpdir(), 'groundcrew-kubeconfig-'))
let files = 0

/** Writes a kubeconfig with this user and one context, by default `here`. */
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

const open = (env: Record<string, string>, more: object = {}) => connect({ env, home: folder, cwd: folder, ...more })

test('a token, and a token file beside the kubeconfig, are read directly', async () => {
  writeFileSync(join(folder, 'token'), 'from-file\n')
  assert.is((await (await open({ KUBECONFIG: kubeconfig({ token: 'plain' }) })).token())?.open(), 'plain')
  assert.is((await (await open({ KUBECONFIG: kubeconfig({ tokenFile: 'token' }) })).token())?.open(), 'from-file')
})

test('a credential plugin is run; its output is not in the problem when it fails', async () => {
  const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status: { token: 'from-plugin' } }
  const exec = (command: string, ...args: string[]) => ({
    exec: { apiVersion: 'client.authentication.k8s.io/v1', command, args, interactiveMode: 'Never' },
  })
  const good = await open({ KUBECONFIG: kubeconfig(exec('echo', JSON.stringify(credential))) })
  assert.is((await good.token())?.open(), 'from-plugin')
  const bad = await open({ KUBECONFIG: kubeconfig(exec('sh', '-c', 'echo hunter2 >&2; exit 1')) })
  await refused(bad.token(), 'cluster/no-credentials')
})

test('of several kubeconfigs the first that defines a name wins, and missing files are skipped', async () => {
  const [first, second] = [kubeconfig({ token: 'first' }), kubeconfig({ token: 'second' }, 'https://127.0.0.1:7443', 'there')]
  const env = { KUBECONFIG: [join(folder, 'missing.yaml'), first, second].join(':') }
  assert.is((await open(env)).endpoint.url.port, '6443')
  assert.is((await open(env, { context: 'there' })).kubeconfig?.context, 'there')
})

test('each kind of broken kubeconfig has its own problem', async () => {
  await refused(open({ KUBECONFIG: kubeconfig({}) }, { context: 'nope' }), 'cluster/unknown-context')
  await refused(open({ KUBECONFIG: join(folder, 'none.yaml') }), 'cluster/no-kubeconfig')
  await refused(open({}, { kubeconfig: join(folder, 'none.yaml') }), 'cluster/kubeconfig-unreadable')
  await refused(open({ KUBECONFIG: kubeconfig({}, 'no url') }), 'cluster/no-server')
})

test('a damaged certificate or key is reported without its content', async () => {
  const data = (text: string) => Buffer.from(text).toString('base64')
  const pem = '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n'
  await refused(open({ KUBECONFIG: kubeconfig({ 'client-key-data': data(pem) }) }), 'cluster/bad-certificate')
  await refused(open({ KUBECONFIG: kubeconfig({ 'client-certificate-data': data('hunter2') }) }), 'cluster/bad-certificate')
})

async function refused(attempt: Promise<unknown>, code: string): Promise<void> {
  const outcome = await attempt.then(
    () => 'connected',
    (error: unknown) => error,
  )
  assert.instance(outcome, ProblemError)
  assert.is((outcome as ProblemError).problems[0]?.code, code)
  assert.not.match(JSON.stringify((outcome as ProblemError).problems), 'hunter2')
}

test.run()
