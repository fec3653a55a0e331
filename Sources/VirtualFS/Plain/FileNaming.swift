import Support

/// Gives the children of one directory their file names, each name once, the same in every mount.
///
/// The first child to want a name has it; a later one gets `~` and its number in the store before the ending, or, if it has no
/// number, `~2`, `~3` and so on. Plain names are handed out before any name with a number: a recording called `pond~7.wav` in the
/// store keeps that name.
struct FileNaming {
    /// A child that wants a name.
    struct Child {
        let name: FileName
        let number: UInt64?
    }

    /// The names, in the order of their bytes.
    let names: ByteRows
    /// Which child has each of them.
    let children: [UInt32]

    /// The names of `count` children, of whom `child` says what each wants, in a directory that has `reserved` for others.
    init(count: Int, reserved: [[UInt8]] = [], child: (Int) -> Child) {
        var wanted = ByteRows()
        for index in 0..<count { wanted.append(child(index).name.bytes()) }
        let order = Self.order(of: wanted)
        let later = Self.later(in: order, of: wanted, reserved: reserved)
        guard !later.isEmpty else {
            (names, children) = (Self.sorted(wanted, order), order)
            return
        }
        var numbering = Numbering(wanted: Self.sorted(wanted, order), reserved: Set(reserved))
        var numbered: [UInt32: [UInt8]] = [:]
        for index in later { numbered[index] = numbering.name(of: child(Int(index))) }
        var given = ByteRows()
        for index in 0..<UInt32(clamping: count) {
            if let name = numbered[index] { given.append(name) } else { given.append(wanted[Int(index)]) }
        }
        children = Self.order(of: given)
        names = Self.sorted(given, children)
    }

    /// The numbers of `rows` in the order of their bytes; of equal ones, the first comes first.
    private static func order(of rows: ByteRows) -> [UInt32] {
        (0..<UInt32(clamping: rows.count)).sorted { left, right in
            let order = rows.compare(Int(left), with: Int(right))
            return order == 0 ? left < right : order < 0
        }
    }

    private static func sorted(_ rows: ByteRows, _ order: [UInt32]) -> ByteRows {
        var sorted = ByteRows()
        for index in order { sorted.append(rows[Int(index)]) }
        sorted.trim()
        return sorted
    }

    /// The children that want what an earlier one wants, or what is reserved, in their order.
    private static func later(in order: [UInt32], of wanted: ByteRows, reserved: [[UInt8]]) -> [UInt32] {
        var later: [UInt32] = []
        for (place, index) in order.enumerated() {
            let isTaken = place > 0 && wanted.compare(Int(order[place - 1]), with: Int(index)) == 0
            if isTaken || reserved.contains(where: { wanted.compare(Int(index), with: $0) == 0 }) {
                later.append(index)
            }
        }
        return later.sorted()
    }

    /// Names with numbers.
    private struct Numbering {
        /// What children want, in the order of bytes: all of that is taken.
        let wanted: ByteRows
        /// What else is taken.
        var taken: Set<[UInt8]>
        /// The next counter to try for a name that was taken.
        var counters: [[UInt8]: UInt64] = [:]

        init(wanted: ByteRows, reserved: Set<[UInt8]>) {
            self.wanted = wanted
            taken = reserved
        }

        mutating func name(of child: Child) -> [UInt8] {
            let suffix = child.number.map { "~\($0)" } ?? ""
            let key = child.name.bytes(suffix: suffix)
            if child.number != nil, take(key) { return key }
            while true {
                let counter = counters[key, default: 2]
                counters[key] = counter + 1
                let name = child.name.bytes(suffix: "\(suffix)~\(counter)")
                if take(name) { return name }
            }
        }

        private mutating func take(_ name: [UInt8]) -> Bool {
            let place = wanted.lowerBound(of: name)
            guard place == wanted.count || wanted.compare(place, with: name) != 0 else { return false }
            return taken.insert(name).inserted
        }
    }
}
