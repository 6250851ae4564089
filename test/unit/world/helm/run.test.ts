import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { ProblemError } from '../../../../src/values/problem.ts'
import { runHelm } from '../../../../src/world/helm/run.ts'
import { identify, isAlive } from '../../../../src/world/processIdentity.ts'

/** A fake helm that records its arguments and stdin, then runs `script`. */
function fakeHelm(script = '') {
  const folder = mkdtempSync(join(tmpdir(), 'groundcrew-helm-'))
  writeFileSync(join(folder, 'helm'), `#!/bin/sh\necho "$$ $*" > ${folder}/started\ncat > ${folder}/stdin\n${script}\n`)
  chmodSync(join(folder, 'helm'), 0o755)
  return { folder, env: { PATH: `${folder}:${process.env.PATH}` } }
}
const never = new AbortController().signal

test('helm starts only after its process was registered, as that process, with its values on stdin', async () => {
  const { folder, env } = fakeHelm()
  let registered = 0
  const registerChild = async ({ pid }: { pid: number }) => {
    await sleep(100)
    assert.not.ok(existsSync(join(folder, 'started')))
    registered = pid
  }
  await runHelm({ args: ['upgrade', 'a b'], env, stdin: '{"secret":1}', registerChild, signal: never })
  assert.is(readFileSync(join(folder, 'started'), 'utf8'), `${registered} upgrade a b\n`)
  assert.is(readFileSync(join(folder, 'stdin'), 'utf8'), '{"secret":1}')
})

test('helm never starts when its registration fails', async () => {
  const { folder, env } = fakeHelm()
  const failing = runHelm({ args: [], env, stdin: '{}', registerChild: () => Promise.reject(new Error('no journal')), signal: never })
  await failing.then(
    () => assert.unreachable(),
    (error) => assert.is(error.message, 'no journal'),
  )
  assert.not.ok(existsSync(join(folder, 'started')))
})

test('an interruption is passed to helm as TERM', async () => {
  const { env } = fakeHelm('trap "exit 3" TERM; sleep 30 > /dev/null 2>&1 & wait')
  const stop = new AbortController()
  const running = runHelm({ args: [], env, stdin: '{}', signal: stop.signal })
  await sleep(300)
  stop.abort()
  assert.is((await running).code, 3)
})

test('a lost lock kills helm at once, so that it does not change its record', async () => {
  const { folder, env } = fakeHelm('trap "exit 3" TERM; sleep 30 > /dev/null 2>&1 & wait')
  const stop = new AbortController()
  const running = runHelm({ args: [], env, stdin: '{}', signal: stop.signal })
  for (let i = 0; i < 100 && !existsSync(join(folder, 'stdin')); i++) await sleep(50)
  stop.abort(new ProblemError({ code: 'lock/lost', summary: 'The lock is lost.', remedy: 'Apply again.' }))
  assert.is((await running).code, null)
})

test('helm ends when groundcrew is killed', async () => {
  const { folder, env } = fakeHelm('exec sleep 30')
  const program = `import { runHelm } from ${JSON.stringify(join(process.cwd(), 'src/world/helm/run.ts'))}
    await runHelm({ args: [], env: ${JSON.stringify(env)}, stdin: '{}', signal: new AbortController().signal })`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'ignore' })
  for (let i = 0; i < 100 && !existsSync(join(folder, 'stdin')); i++) await sleep(50)
  await sleep(100)
  const helm = identify(Number.parseInt(readFileSync(join(folder, 'started'), 'utf8'), 10))
  assert.ok(helm && isAlive(helm))
  parent.kill('SIGKILL')
  for (let i = 0; i < 60 && isAlive(helm) === true; i++) await sleep(50)
  assert.is(isAlive(helm), false)
})

test.run()
