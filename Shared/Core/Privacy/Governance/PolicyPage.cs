using System.Text;
using Federated.Core.Jobs.Describing;

namespace Federated.Core.Privacy.Governance;

/// <summary>The reference of the policy file, docs/policy.md, made from the declarations that also read it.</summary>
public static class PolicyPage
{
    private const string Opening = """
        # The policy file

        `federated worker --policy policy.yaml` (or `FEDERATED_WORKER_POLICY`) restricts which jobs a worker takes part in and what leaves it, and keeps a record of it;
        [governance.md](governance.md) tells how, and [examples/policies/hospital.yaml](../examples/policies/hospital.yaml) is one to start from. What a policy does not say is not restricted: an empty file
        restricts nothing and keeps the record. Unknown keys are refused, and all errors are listed at once. `federated policy check policy.yaml --job job.yaml` says what
        a policy would do with a job.

        | key | type | default | allowed | meaning |
        |---|---|---|---|---|

        """;

    /// <summary>Writes the page; it ends with a line feed.</summary>
    public static string Write()
    {
        var text = new StringBuilder(Opening);
        foreach (var (path, field) in JobFields.Of(RecordShape.Of(typeof(PolicySpec))).Where(placed => placed.Field.Record is null)) ReferencePage.Row(text, $"`{path}`", field, []);
        return text.ToString().ReplaceLineEndings("\n");
    }
}
