using System.Security.Cryptography;
using Federated.Cluster.Tests.Processes;
using Federated.V1;
using Grpc.Net.Client;

namespace Federated.Cluster.Tests;

/// <summary>Masked runs of three sites that sign what they send each other.</summary>
public sealed class IdentityTests : IDisposable
{
    private const string Table = "age,dose,outcome\n1,2,ill\n2,1,well\n3,5,ill\n4,1,well\n5,2,ill\n6,3,well\n7,2,ill\n8,1,well\n9,2,ill\n10,4,well\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Sites_that_know_each_others_keys_mask_together()
    {
        foreach (var site in new[] { "a", "b", "c" })
            _folder.Write($"peers/{site}.pem", Key(site));
        var details = await RunAsync(_ => "peers");

        Assert.Equal((RunStatus.Completed, ""), (details.Summary.Status, details.Summary.Reason));
        Assert.Equal([(1u, 3u, true), (1u, 3u, true)], details.Rounds.Select(round => (round.Attempts, round.Updates, round.Masked.Identities)));
    }

    // Site c is somebody else, who knows the others' keys: what it signs is not by the key that they have of c.
    [Fact]
    public async Task Client_with_another_key_than_the_others_have_of_it_gets_no_share_and_the_run_says_why()
    {
        foreach (var site in new[] { "a", "b", "c" })
        {
            var key = Key(site);
            _folder.Write($"peers-c/{site}.pem", key);
            _folder.Write($"peers/{site}.pem", site == "c" ? Key("true-c") : key);
        }
        var details = await RunAsync(site => site == "c" ? "peers-c" : "peers");

        Assert.Equal(RunStatus.Failed, details.Summary.Status);
        Assert.Contains("nothing was unmasked", details.Summary.Reason, StringComparison.Ordinal);
        Assert.Contains("the client gave up: The signature of client 'c' is not that of the identity on the list", details.Summary.Reason, StringComparison.Ordinal);
        Assert.Empty(details.Rounds);
    }

    private async Task<RunDetails> RunAsync(Func<string, string> peers)
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        foreach (var site in new[] { "a", "b", "c" })
        {
            _folder.Write($"{site}/patients.csv", Table);
            await deployment.StartWorkerAsync($"site-{site}", "--client", site, "--data-dir", Path.Combine(_folder.Path, site), "--identity", $"{site}.pem", "--peers", peers(site));
        }
        var job = _folder.Write("job.yaml", """
            name: signed
            model: { name: logistic }
            data: { name: csv, path: patients.csv, label: outcome, placement: local }
            federation: { rounds: 2, retries: 0, cohort: { minimum: 3 } }
            privacy: { secure_aggregation: { enabled: true, require_identities: true, examples_cap: 20, phase_deadline: 60s } }
            """);
        await using var submit = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "submit", job, "--watch", "--coordinator", deployment.Grpc);
        await submit.ExitAsync();
        using var channel = GrpcChannel.ForAddress(deployment.Grpc);
        var runs = new Runs.RunsClient(channel);
        return await runs.ShowAsync(new ShowRequest { Run = (await runs.ListAsync(new())).Runs.Single().Run });
    }

    // Writes SITE.pem, and gives the public key.
    private string Key(string site)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _folder.Write($"{site}.pem", key.ExportPkcs8PrivateKeyPem());
        return key.ExportSubjectPublicKeyInfoPem();
    }
}
