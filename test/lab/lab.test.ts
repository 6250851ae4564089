import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findLab, type Lab, startLab, writes } from '../../scripts/lab/index.ts'
import { writeReleaseArchive } from '../../scripts/lab/inputs/releaseArchive.ts'
import {
  assertAllEnded,
  brokenInstall,
  firstLines,
  helm,
  inLab,
  labsOwnedBy,
  podReadiness,
  processExists,
  restoreInstall,
  serverPids,
} from './support.ts'

let lab: Lab

test.before(async () => {
  lab = await startLab()
})

test.after(() => lab.stop())

test('helm installs the stand-in chart and waits for nine ready pods', async () => {
  await helm(lab, '1')
  const pods = await podReadiness(lab)
  assert.is(pods.length, 9)
  assert.ok(pods.every(Boolean))
})

test('while pods are slow helm waits and ready pods stay ready; told normal, it finishes', async () => {
  await lab.pods('slow')
  const upgrade = helm(lab, '2')
  assert.is(await Promise.race([upgrade.then(() => 'done'), sleep(4000).then(() => 'waiting')]), 'waiting')
  // The server's strategy replaces two of its three pods at once; the other seven are not touched.
  assert.is((await podReadiness(lab)).filter(Boolean).length, 7)
  await lab.pods('normal')
  await upgrade
  assert.is((await podReadiness(lab)).filter(Boolean).length, 9)
})

test('skopeo pushes an image of the release archive with what env says, and reads its config digest back', async () => {
  const digest = await inLab(
    lab,
    `cd "$(mktemp -d)" && tar -xzf "$LAB_DIR"/install/self-hosted-v3.0.0.tar.gz
     image=self-hosted-v3.0.0/container-images/spacelift-backend.tar
     skopeo copy --quiet docker-archive:$image docker://$REGISTRY/spacelift/backend:v3.0.0
     test "$(tar -xOf $image manifest.json | grep -o '"Config":"[0-9a-f]*' | cut -c11-)" = "$(crane config $REGISTRY/spacelift/backend:v3.0.0 | sha256sum | cut -c-64)"
     echo same; rm -r "$PWD"`,
  )
  assert.is(digest.trim(), 'same')
})

test('a recording tells reads from writes on all three servers', async () => {
  const stop = await lab.record()
  await inLab(
    lab,
    'kubectl get namespaces && kubectl create namespace recorded && mc mb lab/recorded && mc ls lab && crane ls $REGISTRY/spacelift/backend',
  )
  const { kubernetes, minio, registry } = await stop()
  assert.equal(
    writes(kubernetes).map(({ method, path }) => `${method} ${path.split('?')[0]}`),
    ['create /api/v1/namespaces'],
  )
  assert.equal(
    writes(minio).map(({ method, path }) => `${method} ${path}`),
    ['PUT /recorded/'],
  )
  assert.equal(writes(registry), [])
  assert.ok(registry.some(({ path }) => path.startsWith('/v2/spacelift/backend/tags/list')))
})

test('a server can be taken away and given back, with its data', async () => {
  const minio = lab.server('minio')
  await minio.stop()
  assert.is(await minio.pid(), undefined)
  await minio.start()
  assert.match(await inLab(lab, 'mc ls lab'), 'recorded')
})

test('every secret input is a file that only its owner reads', async () => {
  const folder = join(lab.dir, 'install')
  const secrets = (await readdir(folder)).filter((name) => /key|password|url|jwt|encryption/.test(name))
  const modes = await Promise.all(secrets.map(async (name) => (await stat(join(folder, name))).mode & 0o777))
  assert.ok(secrets.length >= 8)
  assert.ok(modes.every((mode) => mode === 0o600))
})

test('the release archive depends on its size alone', async () => {
  const [first, second] = [join(lab.dir, 'first.tar.gz'), join(lab.dir, 'second.tar.gz')]
  await writeReleaseArchive(first, 'v3.0.0', 1024 ** 2)
  await writeReleaseArchive(second, 'v3.0.0', 2 * 1024 ** 2)
  const given = await readFile(join(lab.dir, 'install', 'self-hosted-v3.0.0.tar.gz'))
  assert.ok(given.equals(await readFile(first)))
  assert.not(given.equals(await readFile(second)))
})

test('no secret of the lab stands on a command line', async () => {
  const servers = (await lab.status()) ?? []
  const lines = await Promise.all(servers.map(({ pid }) => readFile(`/proc/${pid}/cmdline`, 'utf8')))
  const { minio, registry } = lab.description
  for (const secret of [minio.password, registry.password]) assert.not(lines.join().includes(secret))
})

test('two labs at once share nothing, and one name cannot run twice', async () => {
  const other = await startLab()
  await inLab(other, 'mc mb lab/elsewhere')
  assert.not.match(await inLab(lab, 'mc ls lab'), 'elsewhere')
  const second = await startLab({ name: other.name }).catch(String)
  assert.match(String(second), 'is already running')
  const pids = await serverPids(other)
  await other.stop()
  await assertAllEnded(pids)
  assert.not(existsSync(other.dir))
})

test('kill -9 of the supervisor leaves no process behind, and stop then removes the folder', async () => {
  const killed = await startLab()
  const pids = await serverPids(killed)
  await killed.server('registry').suspend()
  process.kill(killed.description.supervisor.pid, 'SIGKILL')
  await assertAllEnded(pids)
  await killed.stop()
  assert.not(existsSync(killed.dir))
})

test('kill -9 of the owner ends the lab, even in the middle of its start', async () => {
  const program = `import { startLab } from ${JSON.stringify(new URL('../../scripts/lab/index.ts', import.meta.url).href)}
    console.log('starting'); const lab = await startLab(); console.log(lab.name); setInterval(() => {}, 1000)`
  const grown = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const young = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(young.stdout, 'data')
  await sleep(1500)
  young.kill('SIGKILL')
  const name = (await firstLines(grown.stdout, 2))[1] ?? ''
  const started = await findLab(name)
  const pids = await serverPids(started as Lab)
  grown.kill('SIGKILL')
  await assertAllEnded(pids)
  for (let tries = 0; tries < 50 && (await labsOwnedBy(lab, [grown.pid, young.pid])).length > 0; tries++) await sleep(100)
  assert.equal(await labsOwnedBy(lab, [grown.pid, young.pid]), [])
})

test('a server that cannot start is named, with the end of its log, and nothing else is left running', async () => {
  const broken = await brokenInstall('minio', 'echo the disk is on fire; exit 1')
  const message = await startLab({ name: 'broken' }).then(
    () => 'it started',
    (error: Error) => error.message,
  )
  const { supervisor } = JSON.parse(await readFile(join(broken, 'run', 'broken', 'lab.json'), 'utf8')) as Lab['description']
  await restoreInstall(broken)
  assert.match(message, /^minio exited during its start\nlast lines of .*minio\.log:\n {2}the disk is on fire/)
  assert.not(processExists(supervisor.pid))
})

test.run()
