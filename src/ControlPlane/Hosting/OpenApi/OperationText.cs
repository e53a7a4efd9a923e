namespace ControlPlane.Hosting.OpenApi;

/// <summary>What the API document says of an operation that has no method of its own to say it: the method's name, doc comment and answer.</summary>
/// <param name="Id">Names the operation, such as <c>getPersona</c>.</param>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="Answer">The type of the body of its success.</param>
public sealed record OperationText(string Id, string Summary, Type Answer);

/// <summary>Stands in the API document for a value that is one or the other.</summary>
public abstract class AnyOf<TOne, TOther>;
