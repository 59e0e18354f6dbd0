using Federated.Core.Jobs;
using Federated.Core.Parameters;
using Federated.Core.Privacy.Governance;
using Federated.V1;
using Federated.Wire.Streams;
using Federated.Worker.Governance;
using Federated.Worker.Governance.Records;
using Federated.Worker.Grpc;
using Federated.Worker.Options;
using Federated.Worker.Tests.Fakes;

namespace Federated.Worker.Tests.Governance;

/// <summary>A gate in a folder of the test's own, at a time that stands still, and a network that notes what the audit log had on the disk when something came to it.</summary>
public abstract class PolicyGateKit : IDisposable
{
    private protected static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 30, 0, TimeSpan.Zero);

    private readonly TemporaryFolder _folder = new();

    private protected PolicyGateKit() => Network = new(() => Entries());

    public void Dispose() => _folder.Dispose();

    private protected NotingTransfer Network { get; }

    private protected string Records => RecordFolder.Of(_folder.Path);

    private protected Task<PolicyGate> OpenAsync(string policy) => PolicyGate.OpenAsync(
        new(Policy(policy), new string('a', 64)), new WorkerOptions { Name = "w1", StateDir = _folder.Path, Policy = "policy.yaml" }, new StandingTime());

    private protected GuardedTransfer Guard(PolicyGate gate, string policy)
    {
        var transfer = new GuardedTransfer(Network, gate, Policy(policy).Disclose);
        transfer.Connect("http://coordinator:5600");
        return transfer;
    }

    private protected static JobSpec Job(string more = "")
    {
        var result = JobReader.Read($"model: {{name: logistic}}\n{more}");
        Assert.Empty(result.Errors);
        return result.Job!;
    }

    private protected static TaskId Id(TaskKind kind = TaskKind.Train, string run = "run-1", uint round = 1, uint attempt = 1, string client = "a") =>
        new() { Run = run, Round = round, Attempt = attempt, Client = client, Kind = kind };

    private protected static UploadHeader Header(TaskId id) => new()
    {
        Id = id,
        Examples = 10,
        Training = new() { Examples = 10, LossSum = 1 },
        Validation = new() { Examples = 2, LossSum = 3 },
        Personal = new() { Examples = 2, LossSum = 2 },
    };

    private protected List<AuditEntry> Entries()
    {
        var entries = new List<AuditEntry>();
        Assert.Null(ChainReader.Read(Records, RecordFolder.Audit, entry => entries.Add(AuditEntry.Parse(entry.Body))).Fault);
        return entries;
    }

    private static PolicySpec Policy(string yaml)
    {
        var result = PolicyReader.Read(yaml);
        Assert.Empty(result.Errors);
        return result.Policy!;
    }

    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Now;
    }
}

/// <summary>Takes everything, and keeps with it the last entry of the audit log at that moment.</summary>
internal sealed class NotingTransfer(Func<List<AuditEntry>> entries) : ITransfer
{
    public List<(object Message, AuditEntry Last)> Came { get; } = [];

    public void Connect(string address)
    {
    }

    public Task<Received<ParameterVector>> DownloadAsync(string run, ParametersRef parameters, ParameterSchema schema, CancellationToken cancellation) => throw new NotSupportedException();

    public Task<Verdict> UploadAsync(UploadHeader header, ReadOnlyMemory<float> values, CancellationToken cancellation) => Note(header);

    public Task<Verdict> UploadMaskedAsync(UploadHeader header, ReadOnlyMemory<byte> packed, CancellationToken cancellation) => Note(header);

    public IMaskingStream Join(CancellationToken cancellation) => new NotingStream(this);

    public Task<Verdict> ReportAsync(TaskReport report, CancellationToken cancellation) => Note(report);

    private Task<Verdict> Note(object message)
    {
        Came.Add((message, entries()[^1]));
        return Task.FromResult(new Verdict());
    }

    private sealed class NotingStream(NotingTransfer transfer) : IMaskingStream
    {
        public Task SendAsync(MaskingAnswer answer) => transfer.Note(answer);

        public Task<MaskingStep?> NextAsync() => Task.FromResult<MaskingStep?>(new() { Share = new() { Clients = 3 } });

        public void Dispose()
        {
        }
    }
}
