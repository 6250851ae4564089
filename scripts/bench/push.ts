import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faultProxy, type Lab, startLab } from '../lab/index.ts'
import type { Bench, Table } from './bench.ts'
import { type Figure, type Row, summary } from './measure.ts'
import { type Saved, writePacked, writeSaved } from './push/archive.ts'
import { empty, measured } from './push/measure.ts'
import { type Pusher, pushers, workFolder } from './push/pushers.ts'

export const push: Bench = {
  name: 'push',
  about: 'a docker-save archive of 200 MB and of 2 GB to a fresh registry, beside skopeo copy and crane push',
  async run(rounds) {
    const lab = await startLab()
    try {
      // Two gigabytes take their time: fewer rounds.
      return [...(await pushTables(lab, 200e6, Math.min(rounds, 7))), ...(await pushTables(lab, 2e9, Math.min(rounds, 3)))]
    } finally {
      await lab.stop()
    }
  },
}

type Case = { readonly title: string; readonly archive: string; readonly all: readonly Pusher[]; prepare(pusher: Pusher): Promise<void> }

/** First push, nothing changed, one layer changed, a packed archive; the archive is read anew each first time. */
export async function pushTables(lab: Lab, bytes: number, rounds: number, only = /./): Promise<Table[]> {
  await using work = await workFolder()
  const [one, other] = ['third', 'changed'].map((last) => saved(work.path, bytes, last)) as [Saved, Saved]
  await writeSaved(one)
  await writeSaved(other)
  const packed = await writePacked(one)
  const { ours, unread, skopeo, crane } = await pushers(lab, work.path)
  const host = lab.env.REGISTRY ?? ''
  const fresh = () => empty(lab, work.path)
  const pushed = async (pusher: Pusher) => {
    await fresh()
    await measured(pusher, one.path, host)
  }
  const cases: Case[] = [
    { title: 'first push', archive: one.path, all: [ours, unread, skopeo, crane], prepare: fresh },
    { title: 'nothing changed', archive: one.path, all: [ours, skopeo, crane], prepare: pushed },
    { title: 'one layer of three changed', archive: other.path, all: [ours, unread, skopeo, crane], prepare: pushed },
    // crane takes none, and skopeo 1.9 does not read this one.
    { title: 'first push out of a .tar.gz', archive: packed, all: [ours, unread], prepare: fresh },
  ]
  const tables: Table[] = []
  for (const it of cases.filter(({ title }) => only.test(title))) tables.push(await table(lab, it, bytes, rounds, work.path))
  return tables
}

const saved = (work: string, bytes: number, last: string): Saved => ({
  path: join(work, `${last}.tar`),
  bytes,
  layers: ['first', 'second', last],
})

async function table(lab: Lab, it: Case, bytes: number, rounds: number, work: string): Promise<Table> {
  const runs = it.all.map((pusher) => ({ pusher, figures: [] as Figure[] }))
  // The round before the first lets groundcrew read the archive, as a plan does.
  for (let round = -1; round < rounds; round++)
    for (const { pusher, figures } of round % 2 === 0 ? runs : runs.toReversed()) {
      await it.prepare(pusher)
      const figure = await measured(pusher, it.archive, lab.env.REGISTRY ?? '')
      if (round >= 0) figures.push(figure)
    }
  const rows: Row[] = runs.map(({ pusher, figures }) =>
    summary(
      pusher.name,
      figures,
      figures.map(({ memory }) => memory),
    ),
  )
  const notes = ['the layers are gzip in the archive and stay as they are, except by skopeo, which packs them again']
  for (const { pusher } of runs) notes.push(`${pusher.name} sent ${await sent(lab, it, pusher, work)} bytes of ${bytes}`)
  return { title: `Push of ${bytes / 1e6} MB, ${it.title}`, rows, notes }
}

/** Bytes of request bodies, counted on the way, in a run that is not timed. */
async function sent(lab: Lab, it: Case, pusher: Pusher, work: string): Promise<number> {
  await it.prepare(pusher)
  await using proxy = await faultProxy(lab, 'registry')
  const login = await logIn(lab, proxy.host, work)
  const known: Pusher = {
    name: pusher.name,
    command: (archive, host) => {
      const { command, env } = pusher.command(archive, host)
      return { command, env: { ...env, ...login } }
    },
  }
  await measured(known, it.archive, proxy.host)
  return proxy.sentBytes
}

/** The lab's own configuration knows the registry by its own address only. */
async function logIn({ env }: Lab, host: string, work: string): Promise<Record<string, string>> {
  const auth = Buffer.from(`${env.REGISTRY_USERNAME}:${env.REGISTRY_PASSWORD}`).toString('base64')
  await writeFile(join(work, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 })
  return { DOCKER_CONFIG: work, REGISTRY_AUTH_FILE: join(work, 'config.json') }
}
