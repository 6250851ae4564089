import { basename, join } from 'node:path'
import { type Recording, writes } from '../../../scripts/lab/index.ts'
import { acceptance, isQuick } from '../support/acceptance.ts'
import * as assertions from '../support/assertions.ts'
import { traced } from '../support/execTrace.ts'
import { expectExit, expectText, LabInstallation, repository } from '../support/installation.ts'

const test = acceptance('a first apply, and plans before and after it', () => LabInstallation.open())
const IDLE_PLANS = isQuick ? 5 : 20
let recording: Recording
let idlePlan = ''

test('plan on a new lab shows 18 to add, exit 0', async (installation) => {
  recording = await installation.lab.record()
  const ran = expectExit(await installation.groundcrew(['plan']), 0)
  expectText(ran.stdout, /^Plan: 18 to add, 0 to change, 0 to destroy\.$/m)
  // The summary at the end of a long plan shows the addresses again.
  const body = ran.stdout.split(/^Summary:/m)[0] ?? ''
  for (const [kind, count] of Object.entries({ namespace: 1, bucket: 11, image: 2, secret: 3, release: 1 })) {
    const shown = body.match(new RegExp(`^ *\\+ ${kind}/`, 'gm'))?.length ?? 0
    if (shown !== count) throw new Error(`${shown} of kind ${kind}, expected ${count}\n${ran.stdout}`)
  }
  return `${ran.seconds.toFixed(2)} s`
})

test('with --detailed-exitcode exit 2', async (installation) => {
  expectText(expectExit(await installation.plan(), 2).stdout, '18 to add')
})

test('these plans send no write request', () => wroteNothing(recording))

test('apply --auto-approve succeeds', async (installation) => `${expectExit(await installation.apply(), 0).seconds.toFixed(2)} s`)

test('helm reports the release as deployed', (installation) => assertions.releaseIsDeployed(installation))

test("helm shows the guide's values", (installation) => assertions.releaseHasGuideValues(installation))

test('9 pods are Ready', (installation) => assertions.podsAreReady(installation))

test('skopeo pulls both images with the config digests of the archive', (installation) => assertions.imagesMatchArchives(installation))

test("mc shows the guide's versioning and rules on all eleven buckets", (installation) => assertions.bucketsMatchGuide(installation))

test("the three secrets hold exactly the guide's keys as strings", (installation) => assertions.secretsMatchGuide(installation))

test(`${IDLE_PLANS} further plans: exit 0 and byte-identical`, async (installation) => {
  recording = await installation.lab.record()
  const texts: string[] = []
  for (let i = 0; i < IDLE_PLANS; i++) texts.push(expectExit(await installation.plan(), 0).stdout)
  idlePlan = texts[0] ?? ''
  expectText(idlePlan, 'No changes.')
  const others = texts.filter((text) => text !== idlePlan)
  if (others.length > 0) throw new Error(`${others.length} differ:\n${idlePlan}\n---\n${others[0]}`)
  return `${idlePlan.length} bytes each`
})

test('no write request reaches the API server, MinIO or the registry', () => wroteNothing(recording))

test('no helm or kubectl is started, by a trace of execve', async (installation) => {
  const { ran, started } = await traced(installation, ['plan', '--detailed-exitcode'], { program: [join(repository, 'bin/groundcrew')] })
  expectExit(ran, 0)
  const names = started.map(({ program }) => basename(program))
  // The launcher is a shell script that searches for Node. Node may start no other program.
  const startedByNode = names.slice(names.lastIndexOf('node') + 1)
  if (names.some((name) => /helm|kubectl/.test(name)) || startedByNode.length > 0 || !names.includes('node'))
    throw new Error(names.join(' '))
  return names.join(' ')
})

test('with state/ deleted: the same bytes', async (installation) => {
  await installation.deleteState()
  const ran = expectExit(await installation.plan(), 0)
  if (ran.stdout !== idlePlan) throw new Error(`${idlePlan}\n---\n${ran.stdout}`)
})

/** By the servers' own records of their requests. */
async function wroteNothing(stop: Recording): Promise<string> {
  const { kubernetes, minio, registry } = await stop()
  const servers = { kubernetes, minio, registry }
  const silent = Object.entries(servers).filter(([, requests]) => requests.length === 0)
  if (silent.length > 0) throw new Error(`no request to ${silent.map(([name]) => name).join(' and ')} was recorded: this proves nothing`)
  const otherClients = kubernetes.filter(({ userAgent }) => !userAgent.startsWith('groundcrew'))
  if (otherClients.length > 0) throw new Error(`requested by another client: ${JSON.stringify(otherClients[0])}`)
  const written = Object.values(servers).flatMap(writes)
  if (written.length > 0) throw new Error(written.map(({ method, path, status }) => `${method} ${path} ${status}`).join('\n'))
  return Object.entries(servers)
    .map(([name, requests]) => `${requests.length} reads of ${name}`)
    .join(', ')
}

test.run()
