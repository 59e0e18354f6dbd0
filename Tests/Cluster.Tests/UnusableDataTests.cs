using System.Text.Json;
using Federated.Cluster.Tests.Processes;
using Federated.Core;

namespace Federated.Cluster.Tests;

/// <summary>Sites and clients whose data cannot be used: they fail alone, everybody is told, and the others go on.</summary>
public sealed class UnusableDataTests : IDisposable
{
    private const string Good = "age,dose,outcome\n1,2,ill\n2,1,well\n3,5,ill\n4,1,well\n5,2,ill\n6,3,well\n7,2,ill\n8,1,well\n9,2,ill\n10,4,well\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Sites_with_a_wrong_table_fail_alone_and_are_named_with_file_and_line()
    {
        (string Client, string Table, string Complaint)[] wrong =
        [
            ("c", "age,dose,result\n1,2,ill\n", "line 1: there is no column 'outcome', which data.label asks for. The columns are age, dose, result. Correct data.label, or the file's first line."),
            ("d", "age,dose,outcome\n1,2,ill\n2,3,\n4,x,well\n", "line 3, column 'outcome': the label is missing: fill it in, or leave the row out."),
        ];
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        // They are there first, so that they are asked first.
        foreach (var (client, table, _) in wrong) await StartSiteAsync(deployment, client, table);
        await StartSiteAsync(deployment, "a", Good);
        await StartSiteAsync(deployment, "b", Good);

        await using var submit = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "submit", Job(minimum: 2), "--watch", "--coordinator", deployment.Grpc);
        Assert.True(await submit.ExitAsync() == ExitCodes.Success, submit.Transcript());
        Assert.Contains(submit.Output, line => line.StartsWith("round 3/3", StringComparison.Ordinal) && line.Contains("clients 2/", StringComparison.Ordinal));
        Assert.DoesNotContain(submit.Output, line => line.StartsWith("   at ", StringComparison.Ordinal));

        var run = submit.Output[0].Split(' ')[1];
        await using var show = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "show", run, "--json", "--coordinator", deployment.Grpc);
        Assert.True(await show.ExitAsync() == ExitCodes.Success, show.Transcript());
        using var details = JsonDocument.Parse(Assert.Single(show.Output));
        var troubled = details.RootElement.GetProperty("troubled").EnumerateArray().OrderBy(each => each.GetProperty("client").GetString(), StringComparer.Ordinal).ToList();
        Assert.Equal(wrong.Length, troubled.Count);
        foreach (var ((client, _, complaint), told) in wrong.Zip(troubled))
        {
            Assert.Contains(submit.Output, line => line == $"note: round 1 did without client '{client}' on site-{client}: {Path.Combine(_folder.Path, client, "patients.csv")} cannot be used:");
            Assert.Contains(submit.Output, line => line.Trim() == complaint);
            Assert.Equal((client, $"site-{client}"), (told.GetProperty("client").GetString(), told.GetProperty("worker").GetString()));
            Assert.Contains(complaint, told.GetProperty("reason").GetString(), StringComparison.Ordinal);
            // Not asked again in every round: after two failures on end it is set aside.
            Assert.InRange(told.GetProperty("rounds").GetInt32(), 1, 2);
        }
    }

    [Fact]
    public async Task Run_of_sites_that_can_all_not_read_their_tables_fails_and_says_why()
    {
        await using var deployment = await Deployment.StartAsync(_folder.Path, DotNet.Federated, "coordinator");
        await StartSiteAsync(deployment, "a", "age,outcome\n1,\n");
        await StartSiteAsync(deployment, "b", "age\n1\n");

        await using var submit = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "submit", Job(minimum: 2), "--watch", "--coordinator", deployment.Grpc);
        Assert.True(await submit.ExitAsync() == ExitCodes.RunFailed, submit.Transcript());
        Assert.Contains("failed: No worker can use its data.", submit.Output);
        Assert.Contains("  line 2, column 'outcome': the label is missing: fill it in, or leave the row out.", submit.Output);
        Assert.Contains(submit.Output, line => line.StartsWith("  line 1: there is no column 'outcome'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Table_of_one_client_that_cannot_be_read_costs_a_simulation_nothing_but_that_client()
    {
        foreach (var client in new[] { "a", "b" }) _folder.Write($"sites/{client}.csv", Good);
        _folder.Write("sites/c.csv", "age,dose,outcome\n1,2,ill\n2,many,well\n");
        var job = _folder.Write("job.yaml", """
            name: sites
            model: { layers: [normalize, dense: { units: 2 }] }
            data: { name: csv, path: sites, label: outcome, partition: { kind: natural } }
            federation: { rounds: 2, cohort: { minimum: 2 } }
            """);

        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", job, "--data-dir", _folder.Path, "--out", "out", "--workers", "2");
        Assert.True(await run.ExitAsync() == ExitCodes.Success, run.Transcript());
        Assert.Contains(run.Output, line => line.Contains("clients 2/2", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.StartsWith($"  c, takes no part: {Path.Combine(_folder.Path, "sites", "c.csv")} cannot be used:", StringComparison.Ordinal));
        Assert.Contains(run.Output, line => line.Contains("line 3, column 'dose': 'many' is not a finite number.", StringComparison.Ordinal));
        using var summary = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", "summary.json")));
        var troubled = Assert.Single(summary.RootElement.GetProperty("troubled").EnumerateArray());
        Assert.Equal(("c", false), (troubled.GetProperty("client").GetString(), troubled.GetProperty("takes_part").GetBoolean()));
        Assert.Equal(2, summary.RootElement.GetProperty("clients").GetInt32());
    }

    [Fact]
    public async Task Run_in_which_nobody_has_usable_data_is_refused_before_it_starts()
    {
        _folder.Write("sites/a.csv", "age,outcome\n1,\n");
        var job = _folder.Write("job.yaml", "name: none\nmodel: { name: logistic }\ndata: { name: csv, path: sites, label: outcome, partition: { kind: natural } }\n");

        await using var run = ProcessUnderTest.Start(DotNet.Federated, _folder.Path, "run", job, "--data-dir", _folder.Path);
        Assert.True(await run.ExitAsync() == ExitCodes.DataMissing, run.Transcript());
        Assert.Contains(run.Error, line => line.Contains("the label is missing", StringComparison.Ordinal));
    }

    private Task<ProcessUnderTest> StartSiteAsync(Deployment deployment, string client, string table)
    {
        _folder.Write($"{client}/patients.csv", table);
        return deployment.StartWorkerAsync($"site-{client}", "--client", client, "--data-dir", Path.Combine(_folder.Path, client));
    }

    private string Job(int minimum) => _folder.Write("job.yaml", $$"""
        name: sites
        model: { name: logistic }
        data: { name: csv, path: patients.csv, label: outcome, placement: local }
        federation: { rounds: 3, cohort: { minimum: {{minimum}} } }
        """);
}
