/// A file that no directory lists, and that can be opened by its name.
struct UnlistedFile: Sendable {
    let identity: NodeIdentity
    let file: any File
}
