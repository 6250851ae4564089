import { createHash } from 'node:crypto'
import { readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { writes } from '../../../scripts/lab/index.ts'
import { expectExit, expectSame, expectText, LabInstallation } from '../support/installation.ts'
import { lastLine } from '../support/output.ts'
import type { Check, Report } from '../support/report.ts'
import { chosenMutations, type Mutation } from './mutations.ts'

export const drift: Check = {
  name: 'drift',
  about: 'drift: 0 on a settled install, 2 after each change behind our back, 1 when something could not be read; reads only',
  async run(report, isQuick) {
    await using site = await LabInstallation.applied()
    const mutations = await chosenMutations(site, isQuick)
    await hideSecrets(site)
    await report.line('nothing changed: exit 0', async () => lastLine(expectExit(await site.groundcrew(['drift']), 0).stdout))
    await report.line('nothing changed, without a state: exit 0', () => withoutState(site))
    await report.line('reads only, and not a byte is written', () => readsOnly(site))
    await outages(report, site)
    await anApplyRuns(report, site)
    for (const mutation of mutations) await showsAndNames(report, site, mutation)
    await report.line('an encryption key that was changed is named, and no other value is said to be equal or changed', () =>
      otherKey(site),
    )
  },
}

async function readsOnly(site: LabInstallation): Promise<string> {
  const before = await fingerprintOf(site.folder)
  const stop = await site.lab.record()
  expectExit(await site.groundcrew(['drift']), 0)
  const { kubernetes, minio, registry } = await stop()
  expectSame(writes([...kubernetes, ...minio, ...registry]), [])
  expectSame(await fingerprintOf(site.folder), before)
  return `${kubernetes.length} requests to the API server, ${minio.length} to MinIO, ${registry.length} to the registry`
}

/** Of the file's secrets only what groundcrew logs in with stays where the file says. */
const NOT_LOGINS = ['database-url', 'encryption.pem', 'license.jwt', 'admin-password', 'application-access-key', 'application-secret-key']

async function hideSecrets(site: LabInstallation): Promise<void> {
  for (const name of NOT_LOGINS) await rename(join(site.folder, name), join(site.folder, `${name}.hidden`))
}

async function withSecrets<T>(site: LabInstallation, act: () => Promise<T>): Promise<T> {
  for (const name of NOT_LOGINS) await rename(join(site.folder, `${name}.hidden`), join(site.folder, name))
  try {
    return await act()
  } finally {
    await hideSecrets(site)
  }
}

/** All files below a folder with the hashes of their content. */
async function fingerprintOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  const hashes = await Promise.all(
    paths.map(async (path) =>
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ),
  )
  return Object.fromEntries(paths.map((path, i) => [path, hashes[i] ?? '']))
}

async function withoutState(site: LabInstallation): Promise<string> {
  const ran = expectExit(await site.groundcrew(['drift', '--state', join(site.lab.dir, 'no-state')]), 0)
  expectText(ran.stdout, 'compared with the file')
  return lastLine(ran.stdout)
}

async function outages(report: Report, site: LabInstallation): Promise<void> {
  const servers = { apiserver: /^ {2}\? secret\//m, minio: /^ {2}\? bucket\//m, registry: /^ {2}\? image\//m }
  for (const [name, unchecked] of Object.entries(servers))
    await report.line(`${name} away: exit 1, what was not checked is named, the rest is reported`, async () => {
      const server = site.lab.server(name)
      await server.stop()
      try {
        const ran = expectExit(await site.groundcrew(['drift', '--lock-timeout', '0s']), 1)
        expectText(ran.stdout, unchecked)
        expectText(ran.stdout, /resources that were checked are as applied/)
        return ran.stderr.split('\n')[0]
      } finally {
        await server.start()
      }
    })
}

/** Half-done work must not be told as drift. */
async function anApplyRuns(report: Report, site: LabInstallation): Promise<void> {
  await report.line('while an apply runs it waits, and says who is at work when it waited long enough', () =>
    withSecrets(site, async () => {
      await site.lab.pods('slow')
      const file = await site.withEdits('restarting', (it) => it.setIn(['release', 'values', 'server', 'podAnnotations', 'a'], 'b'))
      const apply = site.apply('-f', file)
      const held = await untilHeld(site)
      const waiting = site.groundcrew(['drift', '--lock-timeout', '60s'])
      await site.lab.pods('normal')
      expectExit(await apply, 0)
      expectExit(await waiting, 0)
      expectExit(await site.apply(), 0)
      return held
    }),
  )
}

async function untilHeld(site: LabInstallation): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const ran = await site.groundcrew(['drift', '--lock-timeout', '0s'])
    if (ran.code === 1 && /locked by/.test(ran.stderr)) return ran.stderr.split('\n')[0] ?? ''
  }
  throw new Error('no apply ever held the lock')
}

async function showsAndNames(report: Report, site: LabInstallation, { name, address, change, flags = [] }: Mutation): Promise<void> {
  await report.line(`${address}: ${name}: exit 2`, async () => {
    await withSecrets(site, () => change(site))
    const { drifted } = JSON.parse(expectExit(await site.groundcrew(['drift', '--output', 'json']), 2).stdout) as DriftDocument
    const own = drifted.find((one) => one.address === address)
    if (own === undefined || (own.is === 'changed' && own.fields.length === 0)) throw new Error(JSON.stringify(drifted, null, 2))
    return own.is === 'gone' ? 'gone' : own.fields.map(({ field }) => field).join(', ')
  })
  await withSecrets(site, async () => expectExit(await site.apply(...flags), 0))
  expectExit(await site.groundcrew(['drift']), 0)
}

type DriftDocument = { drifted: { address: string; is: string; keysUnknown: boolean; fields: { field: string }[] }[] }

async function otherKey(site: LabInstallation): Promise<string> {
  const patch = '{"stringData":{"ENCRYPTION_RSA_PRIVATE_KEY":"no key"}}'
  await site.kubectl('-n', 'spacelift', 'patch', 'secret', 'spacelift-shared', '-p', patch)
  const { drifted } = JSON.parse(expectExit(await site.groundcrew(['drift', '--output', 'json']), 2).stdout) as DriftDocument
  const told = drifted.map(({ address, fields, keysUnknown }) => ({ address, fields: fields.map(({ field }) => field), keysUnknown }))
  // The other two secrets are at the version that was applied: unchanged, whatever their values compare with.
  expectSame(told, [{ address: 'secret/spacelift/spacelift-shared', fields: ['keys.ENCRYPTION_RSA_PRIVATE_KEY'], keysUnknown: true }])
  return 'one secret, one key'
}
