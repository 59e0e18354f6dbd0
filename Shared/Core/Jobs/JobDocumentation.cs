using Federated.Core.Jobs.Describing;

namespace Federated.Core.Jobs;

/// <summary>Documents of the job file, made from the declarations that also read and write it.</summary>
public static class JobDocumentation
{
    /// <summary>The reference page, docs/job.md.</summary>
    public static string Markdown() => ReferencePage.Write();

    /// <summary>A JSON schema (draft 2020-12) for editors, docs/job.schema.json. It knows keys, types, ranges and names, not the rules between keys.</summary>
    public static string JsonSchema() => JsonSchemaText.Write();
}
