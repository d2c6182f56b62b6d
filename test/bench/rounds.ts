/** Measures A B C A B C …, so that a busy moment of the machine meets all of them. Each gets `rounds` figures. */
export function inRounds<Subject, Figure>(
  rounds: number,
  subjects: readonly Subject[],
  measure: (subject: Subject) => Figure,
): Map<Subject, Figure[]> {
  const figures = new Map<Subject, Figure[]>(subjects.map((subject) => [subject, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [subject, taken] of figures) taken.push(measure(subject));
  }
  return figures;
}
