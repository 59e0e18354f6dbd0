using System.Collections.Frozen;

namespace Federated.Core;

/// <summary>Exit codes of every executable of the product. Scripts rely on the numbers: none is ever reused for something else.</summary>
public static class ExitCodes
{
    /// <summary>What was asked for is done.</summary>
    public const int Success = 0;

    /// <summary>An error that has no code of its own.</summary>
    public const int Failure = 1;

    /// <summary>The command line, an environment variable or an option is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The job file has errors.</summary>
    public const int JobInvalid = 3;

    /// <summary>A data set that the job names was not found.</summary>
    public const int DataMissing = 4;

    /// <summary>A port that the process should listen on is taken.</summary>
    public const int AddressInUse = 5;

    /// <summary>No coordinator answers at the address.</summary>
    public const int CoordinatorUnreachable = 6;

    /// <summary>The two sides speak different protocol versions.</summary>
    public const int VersionMismatch = 7;

    /// <summary>The run ended in failure.</summary>
    public const int RunFailed = 8;

    /// <summary>The run was stopped before its end by a request.</summary>
    public const int Stopped = 9;

    /// <summary>The cluster removed this node, for example after a network partition.</summary>
    public const int NodeDowned = 10;

    /// <summary>What is in a coordinator's journal cannot be understood; it was left as it is.</summary>
    public const int JournalDamaged = 11;

    /// <summary>A worker's audit log or ledger of spent privacy was changed, or its end was cut off.</summary>
    public const int RecordBroken = 12;

    /// <summary>Ctrl-C or a termination signal ended the command early: 128 + SIGINT, as shells expect.</summary>
    public const int Interrupted = 130;

    private static readonly FrozenDictionary<int, string> Remedies = new Dictionary<int, string>
    {
        [Success] = "Nothing to do.",
        [Failure] = "Run the command again with --verbose and read the details; if they show a defect, report them.",
        [Usage] = "Read the command's --help and correct the option that the message names.",
        [JobInvalid] = "Correct every line that the message lists in the job file; --set overrides single values.",
        [DataMissing] = "Fetch the data set or name its folder with --data-dir or the environment variable FEDERATED_DATA; the message says where was looked.",
        [AddressInUse] = "Choose another port with the option that the message names (0 takes any free one), or end the process that holds it.",
        [CoordinatorUnreachable] = "Check that the coordinator runs, that the address is right and that no firewall is between.",
        [VersionMismatch] = "Install the same version on the coordinator and on every worker.",
        [RunFailed] = "Read the run's reason; `federated show RUN` lists what went wrong round by round.",
        [Stopped] = "Nothing to do: somebody stopped the run, and what it had reached was kept.",
        [NodeDowned] = "Restart the process: it joins again. If it repeats, check the network between the nodes.",
        [JournalDamaged] = "Restore the state folder or the database from a copy, or install the version that wrote it; a new state folder starts without runs.",
        [RecordBroken] = "Keep the files as evidence and find out who changed them; `federated audit verify` names the first line that does not hold. Put back a copy, or start with a new state folder.",
        [Interrupted] = "Nothing to do: the command was interrupted, and what it had reached was kept.",
    }.ToFrozenDictionary();

    /// <summary>Every code that has a meaning, ascending.</summary>
    public static IReadOnlyList<int> All { get; } = [.. Remedies.Keys.Order()];

    /// <summary>What a person can do about an exit code, as one or two sentences.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The code is not one of <see cref="All"/>.</exception>
    public static string Remedy(int code) => Remedies.TryGetValue(code, out var remedy)
        ? remedy
        : throw new ArgumentOutOfRangeException(nameof(code), code, "No such exit code.");
}
