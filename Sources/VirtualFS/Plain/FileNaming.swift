import Support

/// Names the children of one directory: no two get the same name, and each gets the same name in every mount.
///
/// The first child that wants a name gets it. A later one gets `~` and its number in the store before the ending, or,
/// if it has no number, `~2`, `~3` and so on. No number is given before all names that are wanted as they are: a
/// recording whose source is called `pond~7.wav` keeps that name.
struct FileNaming {
    /// A child that wants a name.
    struct Child {
        let name: FileName
        let number: UInt64?
    }

    /// The names, in the order of their bytes.
    let names: ByteRows
    /// The number of the child that has each name.
    let children: [UInt32]

    /// Names `count` children, none of which gets a name in `reserved`. `child` returns what each child wants, by its
    /// number.
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

    /// The numbers of `rows` in the order of their bytes; equal rows stay in their order.
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

    /// The children that want a name that is reserved or that an earlier child wants, in their order.
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

    /// Makes names with numbers.
    private struct Numbering {
        /// The names that children want, in the order of their bytes. All of them are taken.
        let wanted: ByteRows
        /// The other names that are taken.
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
