using System.Text.Json;
using Federated.Cluster.Tests.Processes;
using Federated.Core;

namespace Federated.Cluster.Tests;

/// <summary>Sites with policies: who does not take part is named with the reason, the others go on, and what left each site is on its disk.</summary>
public sealed class PolicyTests : IDisposable
{
    private const string Table = "age,dose,outcome\n1,2,ill\n2,1,well\n3,5,ill\n4,1,well\n5,2,ill\n6,3,well\n7,2,ill\n8,1,well\n9,2,ill\n10,4,well\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Site_whose_policy_asks_for_secure_aggregation_stays_out_of_a_plain_run_and_every_record_holds()
    {
        var strict = _folder.Write("strict.yaml", "secure_aggregation: {required: true}\n");
        var open = _folder.Write("open.yaml", "disclose: {figures: false}\n");
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        // It is there first, so that it is asked first for everything.
        await StartSiteAsync(deployment, "c", strict);
        await StartSiteAsync(deployment, "a", open);
        await StartSiteAsync(deployment, "b", open);

        await using var submit = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "submit", Job(), "--watch", "--coordinator", deployment.Grpc);
        Assert.True(await submit.ExitAsync() == ExitCodes.Success, submit.Transcript());
        Assert.Contains(submit.Output, line => line.StartsWith("note: round 1 did without client 'c' on site-c: This worker's policy does not allow the job: "
            + "privacy.secure_aggregation.enabled is false: the policy lets only masked updates leave (secure_aggregation.required).", StringComparison.Ordinal));
        var run = submit.Output[0].Split(' ')[1];

        var kinds = await KindsAsync("a", run);
        Assert.Equal(2, kinds.Count(kind => kind == "update"));   // one a round, whatever was sent again
        Assert.All(await KindsAsync("c", run), kind => Assert.Equal("failure", kind));
        foreach (var site in new[] { "a", "b", "c" }) Assert.Equal(ExitCodes.Success, (await VerifyAsync(site)).Code);

        var log = Path.Combine(_folder.Path, "site-a", "records.d", "audit-000001.jsonl");
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);
        var (code, error) = await VerifyAsync("a");
        Assert.Equal(ExitCodes.RecordBroken, code);
        Assert.Contains($"{log}, line ", error, StringComparison.Ordinal);
    }

    private async Task<List<string>> KindsAsync(string site, string run)
    {
        await using var show = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "audit", "show", "--state-dir", $"site-{site}", "--run", run, "--json");
        Assert.True(await show.ExitAsync() == ExitCodes.Success, show.Transcript());
        return [.. show.Output.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("entry").GetProperty("kind").GetString()!)];
    }

    private async Task<(int Code, string Error)> VerifyAsync(string site)
    {
        await using var verify = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "audit", "verify", "--state-dir", $"site-{site}");
        var code = await verify.ExitAsync();
        return (code, string.Join('\n', verify.Error));
    }

    private Task<ProcessUnderTest> StartSiteAsync(Deployment deployment, string client, string policy)
    {
        _folder.Write($"{client}/patients.csv", Table);
        return deployment.StartWorkerAsync($"site-{client}", "--client", client, "--data-dir", Path.Combine(_folder.Path, client), "--policy", policy);
    }

    private string Job() => _folder.Write("job.yaml", """
        name: sites
        model: { name: logistic }
        data: { name: csv, path: patients.csv, label: outcome, placement: local, validation: 0.2 }
        federation: { rounds: 2, cohort: { minimum: 2 } }
        """);
}
