/// A mark on an axis.
struct Tick: Equatable {
    /// Pixels from the axis's start.
    let place: Int
    let label: String
    /// A second line of the label.
    var note = ""
}
