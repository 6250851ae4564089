import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultProxy, type Lab, startLab } from '../lab/index.ts'
import type { Bench, Table } from './bench.ts'
import { type Measurement, type Row, summary } from './measure.ts'
import { type SavedArchive, writeCompressed, writeSavedArchive } from './push/archive.ts'
import { emptyRegistry, measurePush } from './push/measure.ts'
import { type Pusher, pushers, workFolder } from './push/pushers.ts'

export const push: Bench = {
  name: 'push',
  about: 'a docker-save archive of 200 MB and of 2 GB to a fresh registry, compared with skopeo copy and crane push',
  async run(rounds) {
    const lab = await startLab()
    try {
      // Fewer rounds for 2 GB, which takes long.
      return [...(await pushTables(lab, 200e6, Math.min(rounds, 7))), ...(await pushTables(lab, 2e9, Math.min(rounds, 3)))]
    } finally {
      await lab.stop()
    }
  },
}

type Case = {
  readonly title: string
  readonly archive: string
  readonly pushers: readonly Pusher[]
  prepare(pusher: Pusher): Promise<void>
}

/** First push, nothing changed, one layer changed, a compressed archive. */
export async function pushTables(lab: Lab, bytes: number, rounds: number, only = /./): Promise<Table[]> {
  await using work = await workFolder()
  const [first, changed] = ['third', 'changed'].map((last) => savedArchive(work.path, bytes, last)) as [SavedArchive, SavedArchive]
  await writeSavedArchive(first)
  await writeSavedArchive(changed)
  const packed = await writeCompressed(first)
  const { groundcrew, groundcrewCold, skopeo, crane } = await pushers(lab, work.path)
  const host = lab.env.REGISTRY ?? ''
  const prepareEmpty = () => emptyRegistry(lab, work.path)
  const prepareExisting = async (pusher: Pusher) => {
    await prepareEmpty()
    await measurePush(pusher, first.path, host)
  }
  const cases: Case[] = [
    { title: 'first push', archive: first.path, pushers: [groundcrew, groundcrewCold, skopeo, crane], prepare: prepareEmpty },
    { title: 'nothing changed', archive: first.path, pushers: [groundcrew, skopeo, crane], prepare: prepareExisting },
    {
      title: 'one layer of three changed',
      archive: changed.path,
      pushers: [groundcrew, groundcrewCold, skopeo, crane],
      prepare: prepareExisting,
    },
    // crane reads no compressed archive, and skopeo 1.9 cannot read this one.
    { title: 'first push out of a .tar.gz', archive: packed, pushers: [groundcrew, groundcrewCold], prepare: prepareEmpty },
  ]
  const tables: Table[] = []
  for (const pushCase of cases.filter(({ title }) => only.test(title))) tables.push(await table(lab, pushCase, bytes, rounds, work.path))
  return tables
}

const savedArchive = (work: string, bytes: number, last: string): SavedArchive => ({
  path: join(work, `${last}.tar`),
  bytes,
  layers: ['first', 'second', last],
})

async function table(lab: Lab, pushCase: Case, bytes: number, rounds: number, work: string): Promise<Table> {
  const runs = pushCase.pushers.map((pusher) => ({ pusher, figures: [] as Measurement[] }))
  // The round before the first lets groundcrew read the archive, as a plan does.
  for (let round = -1; round < rounds; round++)
    for (const { pusher, figures } of round % 2 === 0 ? runs : runs.toReversed()) {
      await pushCase.prepare(pusher)
      const figure = await measurePush(pusher, pushCase.archive, lab.env.REGISTRY ?? '')
      if (round >= 0) figures.push(figure)
    }
  const rows: Row[] = runs.map(({ pusher, figures }) =>
    summary(
      pusher.name,
      figures,
      figures.map(({ memory }) => memory),
    ),
  )
  const notes = ['the layers are gzip in the archive and are sent unchanged, except by skopeo, which compresses them again']
  for (const { pusher } of runs) notes.push(`${pusher.name} sent ${await measureSentBytes(lab, pushCase, pusher, work)} bytes of ${bytes}`)
  return { title: `Push of ${bytes / 1e6} MB, ${pushCase.title}`, rows, notes }
}

/** Bytes of request bodies, counted by a proxy in a run that is not timed. */
async function measureSentBytes(lab: Lab, pushCase: Case, pusher: Pusher, work: string): Promise<number> {
  await pushCase.prepare(pusher)
  await using proxy = await faultProxy(lab, 'registry')
  const login = await logIn(lab, proxy.host, work)
  const known: Pusher = {
    name: pusher.name,
    command: (archive, host) => {
      const { command, env } = pusher.command(archive, host)
      return { command, env: { ...env, ...login } }
    },
  }
  await measurePush(known, pushCase.archive, proxy.host)
  return proxy.sentBytes
}

/** The lab's docker configuration has no login for the proxy's address. */
async function logIn({ env }: Lab, host: string, work: string): Promise<Record<string, string>> {
  const auth = Buffer.from(`${env.REGISTRY_USERNAME}:${env.REGISTRY_PASSWORD}`).toString('base64')
  await writeFile(join(work, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 })
  return { DOCKER_CONFIG: work, REGISTRY_AUTH_FILE: join(work, 'config.json') }
}
