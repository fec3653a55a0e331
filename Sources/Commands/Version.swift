/// The version that every command tells.
public let version = "0.1.0"
