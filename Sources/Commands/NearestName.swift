/// Finds the name that was probably meant by one that does not exist.
enum NearestName {
    /// `, did you mean ...?` for the one of `names` that differs from `given` in few characters, else nothing; `shown` is how that is
    /// written.
    static func advice(
        for given: String, among names: some Sequence<String>, shown: (String) -> String = { $0 }
    ) -> String {
        // Three letters in a longer name may be wrong, and one in a short one.
        let limit = min(3, max(1, given.count / 3))
        let near = names.map { (name: $0, distance: distance(given, $0)) }.filter { $0.distance <= limit }
        guard let nearest = near.min(by: { $0.distance < $1.distance }) else { return "" }
        return ", did you mean '\(shown(nearest.name))'?"
    }

    /// In how many places the texts differ: characters that are another, missing, or too many, and neighbours that are swapped (the
    /// optimal string alignment distance). Of long texts, only the beginnings are compared.
    static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.prefix(longest)), right = Array(right.prefix(longest))
        var rows = [Array(0...right.count)]
        for (row, character) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var least = min(
                    rows[row][column] + (character == other ? 0 : 1), rows[row][column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, character == right[column - 1], left[row - 1] == other {
                    least = min(least, rows[row - 1][column - 1] + 1)
                }
                current.append(least)
            }
            rows.append(current)
        }
        return rows[left.count][right.count]
    }

    private static let longest = 64
}
