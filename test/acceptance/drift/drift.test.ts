import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writes } from '../../../scripts/lab/index.ts'
import { acceptance } from '../support/acceptance.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { firstLine, lastLine } from '../support/output.ts'
import { until } from '../support/poll.ts'
import type { RunResult } from '../support/run.ts'
import { withoutDeclaredSecrets } from './declaredSecrets.ts'
import { allDrift } from './driftOf.ts'

const test = acceptance('drift: exit 0 without drift, 2 with drift, 1 when it could not read something; it only reads', () =>
  LabInstallation.applied(),
)

test('nothing changed: exit 0', async (installation) => lastLine(expectExit(await drift(installation), 0).stdout))

test('nothing changed, without a state: exit 0, compared with the file', async (installation) => {
  const { stdout } = expectExit(await drift(installation, '--state', join(installation.lab.dir, 'no-state')), 0)
  expectText(stdout, 'compared with the file')
  return lastLine(stdout)
})

test('it sends only reads to the servers and writes no file', async (installation) => {
  const before = await fileHashes(installation.folder)
  const stop = await installation.lab.record()
  expectExit(await drift(installation), 0)
  const { kubernetes, minio, registry } = await stop()
  expectSame(writes([...kubernetes, ...minio, ...registry]), [])
  expectSame(await fileHashes(installation.folder), before)
  return `${kubernetes.length} requests to the API server, ${minio.length} to MinIO, ${registry.length} to the registry`
})

const UNCHECKED = { apiserver: /^ {2}\? secret\//m, minio: /^ {2}\? bucket\//m, registry: /^ {2}\? image\//m }
for (const [name, unchecked] of Object.entries(UNCHECKED)) {
  const register = name === 'registry' ? test : test.full
  register(`${name} is down: exit 1, the report lists what was not checked and the rest`, async (installation) => {
    const server = installation.lab.server(name)
    await server.stop()
    try {
      const { stdout, stderr } = expectExit(await drift(installation, '--lock-timeout', '0s'), 1)
      expectText(stdout, unchecked)
      expectText(stdout, /resources that were checked are as applied/)
      return firstLine(stderr)
    } finally {
      await server.start()
    }
  })
}

test.full('while an apply runs, drift waits for its lock; with --lock-timeout 0s it fails and names the holder', async (installation) => {
  await installation.lab.pods('slow')
  const file = await installation.withEdits('restarting', (document) =>
    document.setIn(['release', 'values', 'server', 'podAnnotations', 'a'], 'b'),
  )
  const apply = installation.apply('-f', file)
  const lockProblem = await until('the apply holds the lock', async () => {
    const { code, stderr } = await installation.groundcrew(['drift', '--lock-timeout', '0s'])
    return code === 1 && /locked by/.test(stderr) && firstLine(stderr)
  })
  const waiting = installation.groundcrew(['drift', '--lock-timeout', '60s'])
  await installation.lab.pods('normal')
  expectExit(await apply, 0)
  expectExit(await waiting, 0)
  expectExit(await installation.apply(), 0)
  return lockProblem
})

test('a changed encryption key is named, and no other key is reported as changed or unchanged', async (installation) => {
  const patch = '{"stringData":{"ENCRYPTION_RSA_PRIVATE_KEY":"no key"}}'
  await installation.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-shared', '-p', patch)
  const drifted = (await withoutDeclaredSecrets(installation, () => allDrift(installation))).map(({ address, fields, keysUnknown }) => ({
    address,
    fields: fields.map(({ field }) => field),
    keysUnknown,
  }))
  // The other two secrets still have the applied resourceVersion: unchanged, although their values cannot be compared.
  expectSame(drifted, [{ address: 'secret/spacelift/spacelift-shared', fields: ['keys.ENCRYPTION_RSA_PRIVATE_KEY'], keysUnknown: true }])
  return 'one secret, one key'
})

function drift(installation: LabInstallation, ...flags: readonly string[]): Promise<RunResult> {
  return withoutDeclaredSecrets(installation, () => installation.groundcrew(['drift', ...flags]))
}

async function fileHashes(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hash = async (path: string) =>
    createHash('sha256')
      .update(await readFile(path))
      .digest('hex')
  return Object.fromEntries(await Promise.all(paths.map(async (path) => [path, await hash(path)] as const)))
}

test.run()
