/// Gives nodes their inodes, and finds nodes by their inodes. It takes about 16 bytes for a node, and no object.
///
/// An inode is a hash of what the node is in the store, so that it is the same in every mount. Nodes are numbered in
/// the order in which they are added. No two nodes have the same inode, and no node is given that of another, whatever
/// paths a store has.
struct InodeTable {
    /// The inode of each node.
    private var inodes: [UInt64] = []
    /// A hash table with open addressing: each slot has the number of a node plus one, or zero if it is free. A node is
    /// in the slot that its inode leads to, or in the next one that was free.
    private var slots = [UInt32](repeating: 0, count: 1 << 4)
    private var shift: UInt64 = 60
    /// Random, so that nobody can make a store whose inodes all lead to the same slot.
    private let multiplier = UInt64.random(in: 0...(.max)) | 1
    /// Where to look next for a free inode, by the hash that several nodes have.
    private var nextFree: [UInt64: UInt64] = [:]

    /// 63 bits, so that programs that keep inodes in signed integers see no negative numbers.
    private static let mask = UInt64(Int64.max)

    /// A table of the root, whose number is 0.
    init() {
        insert(Inode.root.rawValue)
    }

    /// How many nodes there are.
    var count: Int { inodes.count }

    /// The inode of the node `number`, one of `0..<count`.
    subscript(number: Int) -> Inode { Inode(rawValue: inodes[number]) }

    /// Adds a node whose identity has that `hash`; false if the table is full. If the hash is the inode of another
    /// node, or one of those that `isTaken` names, which is rare, the node gets the next inode that is free.
    mutating func add(hash: UInt64, isTaken: (Inode) -> Bool = { _ in false }) -> Bool {
        guard inodes.count < Int(UInt32.max) else { return false }
        let wanted = hash & Self.mask
        let inode = free(from: nextFree[wanted] ?? wanted, isTaken: isTaken)
        if inode.rawValue != wanted { nextFree[wanted] = inode.rawValue }
        insert(inode.rawValue)
        return true
    }

    /// The inode that a node which is not in the table gets, if its identity has that `hash`: the first from there on that no node in
    /// the table has, and that `isTaken` does not name.
    func inode(hash: UInt64, isTaken: (Inode) -> Bool) -> Inode { free(from: hash & Self.mask, isTaken: isTaken) }

    private func free(from first: UInt64, isTaken: (Inode) -> Bool) -> Inode {
        var inode = Inode(rawValue: first)
        while inode.rawValue <= Inode.root.rawValue || number(of: inode) != nil || isTaken(inode) {
            inode = Inode(rawValue: (inode.rawValue + 1) & Self.mask)
        }
        return inode
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
        // At most three quarters are in use, so that the next free slot is near.
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
