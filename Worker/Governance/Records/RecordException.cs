namespace Federated.Worker.Governance.Records;

/// <summary>A record could not be written, so nothing leaves. It may pass: a full disk is emptied.</summary>
/// <param name="message">What, where, and what to do.</param>
/// <param name="inner">The cause.</param>
internal sealed class RecordException(string message, Exception inner) : IOException(message, inner);

/// <summary>A record on the disk is broken, so that the worker does not start with it.</summary>
/// <param name="fault">What is wrong.</param>
public sealed class RecordBrokenException(ChainFault fault)
    : Exception($"{fault} The worker does not go on with a broken record: keep the files as evidence, find out who changed them, and start with a new state-dir or put back a copy.")
{
    /// <value>What is wrong.</value>
    public ChainFault Fault { get; } = fault;
}
