import { startLab } from '../lab/index.ts'
import { figures } from './pushes/figures.ts'
import { points } from './pushes/points.ts'
import { madeImage, Pushing } from './pushes/pushing.ts'
import { refusals } from './pushes/refusals.ts'
import type { Check } from './report.ts'

const MIB = 2 ** 20

export const pushes: Check = {
  name: 'pushes',
  about: 'a push that is killed or cut at any point, a registry that refuses or lies, and what a push costs beside crane',
  async run(report, isQuick) {
    const lab = await startLab({ registries: ['plain', 'token'] })
    try {
      const archive = await madeImage(lab, 8 * MIB)
      await using pushing = await Pushing.to(lab, 'registry', archive)
      await points(report, pushing, isQuick ? 5 : 50)
      await refusals(report, lab, archive)
      await figures(report, lab, isQuick)
    } finally {
      await lab.stop()
    }
  },
}
