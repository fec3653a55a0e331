/// Gives nodes their inodes, and finds them by these: about 16 bytes for a node, and no object.
///
/// An inode is a hash of what the node is in the store, so that it stays the same from mount to mount. Nodes are numbered in the
/// order in which they are added. No two have the same inode, and none is ever given another's, whatever paths a store has.
struct InodeTable {
    /// The inode of each node.
    private var inodes: [UInt64] = []
    /// One more than the number of a node, where looking for its inode leads: at its place, or next to it if that is taken. Zero
    /// where there is none.
    private var slots = [UInt32](repeating: 0, count: 1 << 4)
    private var shift: UInt64 = 60
    /// Unknown to whoever made the store, lest all inodes lead to the same place.
    private let multiplier = UInt64.random(in: 0...(.max)) | 1
    /// Where to look next for a free inode, for hashes that several nodes have.
    private var nextFree: [UInt64: UInt64] = [:]

    /// 63 bits: programs that keep inodes in a signed integer see no negative number.
    private static let mask = UInt64(Int64.max)

    /// A table of the root alone, whose number is 0.
    init() {
        insert(Inode.root.rawValue)
    }

    /// How many nodes there are.
    var count: Int { inodes.count }

    /// The inode of the node `number`, one of `0..<count`.
    subscript(number: Int) -> Inode { Inode(rawValue: inodes[number]) }

    /// Adds a node whose identity has that `hash`; false if there are as many as there can be. In the rare case that the hash is
    /// another node's inode, it gets the next one that is free.
    mutating func add(hash: UInt64) -> Bool {
        guard inodes.count < Int(UInt32.max) else { return false }
        let wanted = hash & Self.mask
        var inode = nextFree[wanted] ?? wanted
        while inode <= Inode.root.rawValue || number(of: Inode(rawValue: inode)) != nil {
            inode = (inode + 1) & Self.mask
            nextFree[wanted] = inode
        }
        insert(inode)
        return true
    }

    /// The number of the node with `inode`; nil if there is none.
    func number(of inode: Inode) -> Int? {
        var slot = slot(of: inode.rawValue)
        while slots[slot] != 0 {
            let number = Int(slots[slot]) - 1
            if inodes[number] == inode.rawValue { return number }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    private mutating func insert(_ inode: UInt64) {
        inodes.append(inode)
        // Three quarters full at most: the next free slot is near.
        if inodes.count > slots.count / 4 * 3 { grow() } else { place(inodes.count - 1) }
    }

    private mutating func grow() {
        slots = [UInt32](repeating: 0, count: slots.count * 2)
        shift -= 1
        for number in inodes.indices { place(number) }
    }

    private mutating func place(_ number: Int) {
        var slot = slot(of: inodes[number])
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = UInt32(number + 1)
    }

    private func slot(of inode: UInt64) -> Int { Int(truncatingIfNeeded: (inode &* multiplier) >> shift) }
}
