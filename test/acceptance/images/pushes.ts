import { LabInstallation } from '../support/installation.ts'
import type { Check } from '../support/report.ts'
import { Applying } from './pushes/applying.ts'
import { figures } from './pushes/figures.ts'
import { otherHosts } from './pushes/otherHosts.ts'
import { type Point, points, pointsOf } from './pushes/points.ts'
import { madeImage, type Pushes, Pushing } from './pushes/pushing.ts'
import { refusals } from './pushes/refusals.ts'

const MIB = 2 ** 20

export const pushes: Check = {
  name: 'pushes',
  about: 'a push that is killed or cut at any point, a registry that refuses or lies, and what a push costs beside crane',
  async run(report, isQuick) {
    await using installation = await LabInstallation.open({ imageSize: 4 * MIB, registries: ['plain', 'token'] })
    const { lab } = installation
    const archive = await madeImage(lab, 8 * MIB)
    await using pushing = await Pushing.to(lab, 'registry', archive)
    await points(report, pushing, 'push', await pointsIn(pushing, isQuick ? 5 : 50))
    await using applying = await Applying.to(installation)
    await points(report, applying, 'apply', await pointsIn(applying, isQuick ? 5 : 20))
    await refusals(report, lab, archive)
    await otherHosts(report, installation)
    await figures(report, installation, isQuick)
  },
}

/** Points of a push that nothing happens to: from the first question for a blob to the last word. */
async function pointsIn(pushing: Pushes, count: number): Promise<Point[]> {
  const { proxy } = pushing
  proxy.forget()
  await pushing.push('untouched/image')
  const sizes = [...(await pushing.sizes()).values()]
  const first = proxy.requests.findIndex(({ method, path }) => method === 'HEAD' && path.includes('/blobs/')) + 1
  const last = proxy.requests.findIndex(({ method, path }) => method === 'PUT' && path.includes('/manifests/')) + 1
  return pointsOf(
    count,
    sizes.reduce((sum, size) => sum + size, 0),
    { first, last },
  )
}
