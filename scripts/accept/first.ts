import { basename, join } from 'node:path'
import { writes } from '../lab/index.ts'
import { traced } from './execTrace.ts'
import type { Check, Report } from './report.ts'
import { expectExit, expectText, repository, type Site, Site as Sites } from './site.ts'
import * as world from './world.ts'

export const first: Check = {
  name: 'first',
  about: 'a plan on a new lab, the first apply, and plans after it that find nothing and write nothing',
  async run(report, isQuick) {
    await using site = await Sites.open()
    await firstPlan(report, site)
    await firstApply(report, site)
    await idlePlans(report, site, isQuick ? 5 : 20)
  },
}

async function firstPlan(report: Report, site: Site): Promise<void> {
  const stop = await site.lab.record()
  await report.line('plan on a new lab shows 18 to add, exit 0', async () => {
    const ran = expectExit(await site.groundcrew(['plan']), 0)
    expectText(ran.stdout, /^Plan: 18 to add, 0 to change, 0 to destroy\.$/m)
    // The end of a long plan tells the addresses once more.
    const body = ran.stdout.split(/^In short/m)[0] ?? ''
    for (const [kind, count] of Object.entries({ namespace: 1, bucket: 11, image: 2, secret: 3, release: 1 })) {
      const found = body.match(new RegExp(`^ *\\+ ${kind}/`, 'gm'))?.length ?? 0
      if (found !== count) throw new Error(`${found} of kind ${kind}, expected ${count}\n${ran.stdout}`)
    }
    return `${ran.seconds.toFixed(2)} s`
  })
  await report.line('with --detailed-exitcode exit 2', async () => {
    expectText(expectExit(await site.plan(), 2).stdout, '18 to add')
    return undefined
  })
  await report.line('these plans write nothing', () => wroteNothing(stop))
}

async function firstApply(report: Report, site: Site): Promise<void> {
  await report.line('apply --auto-approve succeeds', async () => `${expectExit(await site.apply(), 0).seconds.toFixed(2)} s`)
  await report.line('helm says deployed', () => world.releaseIsDeployed(site))
  await report.line("helm's values are those of the guide", () => world.releaseHasOurValues(site))
  await report.line('9 pods are Ready', () => world.podsAreReady(site))
  await report.line("skopeo pulls both images back with the archive's config digest", () => world.imagesAreTheArchives(site))
  await report.line("mc shows the guide's versioning and rules on all eleven buckets", () => world.bucketsAreTheGuides(site))
  await report.line("the three secrets hold exactly the guide's keys as strings", () => world.secretsAreTheGuides(site))
}

async function idlePlans(report: Report, site: Site, count: number): Promise<void> {
  const stop = await site.lab.record()
  const texts: string[] = []
  await report.line(`${count} further plans: exit 0 and byte-identical`, async () => {
    for (let i = 0; i < count; i++) texts.push(expectExit(await site.plan(), 0).stdout)
    expectText(texts[0] ?? '', 'No changes.')
    const others = texts.filter((text) => text !== texts[0])
    if (others.length > 0) throw new Error(`${others.length} differ:\n${texts[0]}\n---\n${others[0]}`)
    return `${texts[0]?.length} bytes each`
  })
  await report.line('no write request reached the API server, MinIO or the registry', () => wroteNothing(stop))
  await report.line('no helm or kubectl was started, by a trace of execve', async () => {
    const { ran, started } = await traced(site, ['plan', '--detailed-exitcode'], { program: [join(repository, 'bin/groundcrew')] })
    expectExit(ran, 0)
    const names = started.map(({ program }) => basename(program))
    // The launcher is a shell script that looks for Node; after Node has started nothing else may.
    const behind = names.slice(names.lastIndexOf('node') + 1)
    if (names.some((name) => /helm|kubectl/.test(name)) || behind.length > 0 || !names.includes('node')) throw new Error(names.join(' '))
    return names.join(' ')
  })
  await report.line('with state/ deleted: the same bytes', async () => {
    await site.forgetState()
    const ran = expectExit(await site.plan(), 0)
    if (ran.stdout !== texts[0]) throw new Error(`${texts[0]}\n---\n${ran.stdout}`)
    return undefined
  })
}

/** The servers' own records of what they were asked. */
async function wroteNothing(stop: Awaited<ReturnType<Site['lab']['record']>>): Promise<string> {
  const { kubernetes, minio, registry } = await stop()
  const all = { kubernetes, minio, registry }
  const silent = Object.entries(all).filter(([, requests]) => requests.length === 0)
  if (silent.length > 0) throw new Error(`nothing was recorded of ${silent.map(([name]) => name).join(' and ')}: this proves nothing`)
  const strangers = kubernetes.filter(({ userAgent }) => !userAgent.startsWith('groundcrew'))
  if (strangers.length > 0) throw new Error(`asked as somebody else: ${JSON.stringify(strangers[0])}`)
  const written = Object.values(all).flatMap(writes)
  if (written.length > 0) throw new Error(written.map(({ method, path, status }) => `${method} ${path} ${status}`).join('\n'))
  return Object.entries(all)
    .map(([name, requests]) => `${requests.length} reads of ${name}`)
    .join(', ')
}
