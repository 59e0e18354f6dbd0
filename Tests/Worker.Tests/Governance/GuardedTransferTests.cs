using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Federated.V1;
using Federated.Worker.Governance;
using Federated.Worker.Governance.Records;
using Google.Protobuf;

namespace Federated.Worker.Tests.Governance;

public sealed class GuardedTransferTests : PolicyGateKit
{
    private static readonly float[] Update = [1.5f, -2f];

    [Fact]
    public async Task Update_is_written_down_in_full_before_it_leaves()
    {
        await using var gate = await OpenAsync("");
        gate.Admit("run-1", Job());

        await Guard(gate, "").UploadAsync(Header(Id(round: 3, attempt: 2)), Update, default);

        var (message, entry) = Assert.Single(Network.Came);
        var header = Assert.IsType<UploadHeader>(message);
        Assert.Equal(("update", "http://coordinator:5600", "run-1", 3, 2, "a"), (entry.Kind, entry.To, entry.Run, entry.Round, entry.Attempt, entry.Client));
        Assert.Equal(Now, entry.Time);
        Assert.Equal(header.CalculateSize() + 8, entry.Bytes);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(Update.AsSpan()))), entry.Sha256);
        Assert.Equal(["number of examples", "loss and hits of the training", "loss and hits on the validation share", "loss and hits of the client's own model"], entry.Told);
        Assert.Equal(new AuditGuarantee(false), entry.Guarantee);
    }

    [Fact]
    public async Task Same_update_again_is_sent_again_and_written_down_once()
    {
        await using var gate = await OpenAsync("");
        gate.Admit("run-1", Job());
        var transfer = Guard(gate, "");

        for (var i = 0; i < 3; i++) await transfer.UploadAsync(Header(Id()), Update, default);

        Assert.Equal(3, Network.Came.Count);
        Assert.Equal(["start", "update"], Entries().Select(entry => entry.Kind));
    }

    [Fact]
    public async Task Nothing_leaves_that_cannot_be_written_down()
    {
        await using var gate = await OpenAsync("");
        gate.Admit("run-1", Job());
        var head = Path.Combine(Records, "audit.head");
        File.Delete(head);
        Directory.CreateDirectory(head);

        await Assert.ThrowsAsync<RecordException>(() => Guard(gate, "").UploadAsync(Header(Id()), Update, default));

        Assert.Empty(Network.Came);
        Directory.Delete(head);
        await Guard(gate, "").UploadAsync(Header(Id()), Update, default);
        Assert.Single(Network.Came);
    }

    [Fact]
    public async Task Figures_that_may_not_be_told_are_left_out_or_hold_the_result_back()
    {
        const string LeaveOut = "disclose: {validation: false, figures: false}", Refuse = "disclose: {validation: false, figures: false, otherwise: refuse}";
        var evaluation = new TaskReport { Id = Id(TaskKind.Evaluate), Metrics = new() { Examples = 1 }, Tallies = { new NamedSums { Name = "scores" } } };
        await using (var gate = await OpenAsync(LeaveOut))
        {
            gate.Admit("run-1", Job());
            await Guard(gate, LeaveOut).UploadAsync(Header(Id()), Update, default);
            await Guard(gate, LeaveOut).ReportAsync(evaluation, default);
        }
        var header = Assert.IsType<UploadHeader>(Network.Came[0].Message);
        Assert.True(header is { Validation: null, Personal: null, Training: not null, Examples: 10 });
        Assert.Equal(["number of examples", "loss and hits of the training"], Network.Came[0].Last.Told);
        Assert.Empty(Assert.IsType<TaskReport>(Network.Came[1].Message).Tallies);

        await using (var gate = await OpenAsync(Refuse))
        {
            gate.Admit("run-1", Job());
            var refused = await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, Refuse).UploadAsync(Header(Id()), Update, default));
            Assert.Equal("The result has loss and hits on the validation share, which the policy does not let leave (disclose.validation), and so nothing of it leaves (disclose.otherwise).", refused.Message);
            await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, Refuse).ReportAsync(evaluation, default));
        }
        Assert.Equal(2, Network.Came.Count);
    }

    [Fact]
    public async Task Evaluations_and_moments_stay_where_the_policy_says_so()
    {
        const string Policy = "disclose: {evaluation: false, moments: false}";
        await using var gate = await OpenAsync(Policy);
        gate.Admit("run-1", Job());

        await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, Policy).ReportAsync(new() { Id = Id(TaskKind.Evaluate), Metrics = new() }, default));
        await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, Policy).ReportAsync(new() { Id = Id(TaskKind.Statistics), Moments = new() }, default));

        Assert.Empty(Network.Came);
        Assert.Equal(["start"], Entries().Select(entry => entry.Kind));
    }

    [Fact]
    public async Task Reason_of_a_failure_stays_in_the_log()
    {
        const string Policy = "disclose: {reasons: false}";
        await using var gate = await OpenAsync(Policy);

        await Guard(gate, Policy).ReportAsync(new() { Id = Id(), Failure = new() { Reason = "line 3, column 'dose': 'many' is not a finite number." } }, default);

        var (message, entry) = Assert.Single(Network.Came);
        Assert.Equal("The train task of client 'a' in round 1 of run run-1 failed; the worker's policy keeps the reason, and its audit log has it (disclose.reasons).", Assert.IsType<TaskReport>(message).Failure.Reason);
        Assert.Equal(("failure", "line 3, column 'dose': 'many' is not a finite number."), (entry.Kind, entry.Note));
    }

    [Fact]
    public async Task Plain_update_of_a_run_that_masks_does_not_leave()
    {
        await using var gate = await OpenAsync("");
        gate.Admit("run-1", Job("federation: {cohort: {minimum: 3}}\nprivacy: {secure_aggregation: {enabled: true}}"));

        var refused = await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, "").UploadAsync(Header(Id()), Update, default));

        Assert.Equal("The job masks its updates, and this one is not masked: it does not leave.", refused.Message);
        Assert.Empty(Network.Came);
    }

    [Fact]
    public async Task Masked_update_and_what_is_said_for_it_are_written_down_as_what_they_are()
    {
        await using var gate = await OpenAsync("cohort: 2");
        gate.Admit("run-1", Job("federation: {cohort: {minimum: 3}}\nprivacy: {secure_aggregation: {enabled: true}}"));
        var transfer = Guard(gate, "cohort: 2");

        var stream = transfer.Join(default);
        await stream.SendAsync(new() { Advertisement = new() { Id = Id(), SealKey = ByteString.CopyFrom(1, 2) } });
        await stream.SendAsync(new() { Shares = new() });
        await transfer.UploadMaskedAsync(new() { Id = Id() }, new byte[] { 7, 8, 9 }, default);
        await stream.SendAsync(new() { Reveal = new() });

        Assert.Equal(["key_advertisement", "sealed_shares", "masked_update", "unmasking_shares"], Network.Came.Select(came => came.Last.Kind));
        Assert.All(Network.Came, came => Assert.Equal(("run-1", 1, "a"), (came.Last.Run, came.Last.Round, came.Last.Client)));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(new byte[] { 7, 8, 9 })), Network.Came[2].Last.Sha256);
        Assert.Equal((new AuditGuarantee(true), (IReadOnlyList<string>?)null), (Network.Came[2].Last.Guarantee, Network.Came[2].Last.Told));
    }

    [Fact]
    public async Task Counts_by_class_are_named_and_do_not_leave_against_the_policy()
    {
        const string Job = "federation: {cohort: {minimum: 3}}\nprivacy: {secure_aggregation: {enabled: true, label_counts: true}}";
        await using var gate = await OpenAsync("");
        gate.Admit("run-1", PolicyGateKit.Job(Job));
        await Guard(gate, "").UploadMaskedAsync(new() { Id = Id() }, new byte[] { 7, 8, 9 }, default);
        Assert.Equal(["numbers of examples of each class, masked"], Assert.Single(Network.Came).Last.Told);

        // A policy that forbids it does not admit the job; the gate holds by itself.
        var refused = await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, "disclose: {label_counts: false}").UploadMaskedAsync(new() { Id = Id() }, new byte[] { 7, 8 }, default));
        Assert.Equal("The masked update has how many examples of each class the client has, which the policy does not let leave (disclose.label_counts).", refused.Message);
        Assert.Single(Network.Came);
    }

    [Fact]
    public async Task Client_does_not_mask_together_with_fewer_than_the_policy_asks_for()
    {
        await using var gate = await OpenAsync("cohort: 4");

        var refused = await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, "cohort: 4").Join(default).NextAsync());

        Assert.Equal("3 clients would mask together: the policy asks for at least 4 (cohort).", refused.Message);
    }

    [Theory]
    [InlineData("{}", "Too few.")]
    [InlineData("{reasons: false}", "The worker's policy keeps the reason, and its audit log has it (disclose.reasons).")]
    public async Task Client_that_gives_up_tells_why_where_the_policy_lets_it(string disclose, string told)
    {
        var policy = $"disclose: {disclose}";
        await using var gate = await OpenAsync(policy);
        var stream = Guard(gate, policy).Join(default);
        await stream.SendAsync(new() { Advertisement = new() { Id = Id() } });

        await stream.SendAsync(new() { Quit = new() { Reason = "Too few." } });

        var (message, entry) = Network.Came[1];
        Assert.Equal(told, Assert.IsType<MaskingAnswer>(message).Quit.Reason);
        Assert.Equal(("failure", "Too few."), (entry.Kind, entry.Note));
    }

    [Fact]
    public async Task Update_of_a_run_that_was_not_admitted_does_not_leave()
    {
        await using var gate = await OpenAsync("");

        await Assert.ThrowsAsync<DepartureRefusedException>(() => Guard(gate, "").UploadAsync(Header(Id()), Update, default));

        Assert.Empty(Network.Came);
    }
}
