/// What became of a node, or of what lies beside nodes, when a store was copied.
public enum CopyOutcome: Sendable {
    /// The node is at the destination now, with so many values and bytes.
    case copied(valueCount: Int, byteCount: UInt64)
    /// The destination has the node, with the same bytes.
    case alreadyThere
    /// A group that is at the destination, whether it was there or was made.
    case group
    /// Something was left out, or left as it is, for this reason.
    case passedOver(String)
    /// The node is not at the destination, or is another one there.
    case failed(StoreError)
    /// The copy ended before it came to the node.
    case untried
}
