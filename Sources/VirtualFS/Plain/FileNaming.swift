/// Gives the children of one directory their file names, each name once, the same in every mount.
///
/// The first child to want a name has it; a later one gets `~` and its number in the store before the ending, or, having
/// no number, `~2`, `~3` and so on.
struct FileNaming {
    /// A child that wants a name.
    struct Child {
        let name: FileName
        let number: UInt64?
    }

    private var taken: Set<[UInt8]>
    /// The next counter to try for a name that was taken.
    private var counters: [[UInt8]: UInt64] = [:]

    /// Names in a directory where `reserved` are taken.
    init(reserved: Set<[UInt8]>) {
        taken = reserved
    }

    /// The names of `children`, in their order. Plain names are handed out before any name with a number: a recording called
    /// `pond~7.wav` in the store keeps that name.
    mutating func names(of children: [Child]) -> [[UInt8]] {
        let plain = children.map { child -> [UInt8]? in
            let name = child.name.bytes()
            return taken.insert(name).inserted ? name : nil
        }
        return zip(children, plain).map { child, name in name ?? numberedName(of: child) }
    }

    private mutating func numberedName(of child: Child) -> [UInt8] {
        let suffix = child.number.map { "~\($0)" } ?? ""
        if child.number != nil {
            let name = child.name.bytes(suffix: suffix)
            if taken.insert(name).inserted { return name }
        }
        let key = child.name.bytes(suffix: suffix)
        while true {
            let counter = counters[key, default: 2]
            counters[key] = counter + 1
            let name = child.name.bytes(suffix: "\(suffix)~\(counter)")
            if taken.insert(name).inserted { return name }
        }
    }
}
