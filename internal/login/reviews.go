package login

import (
	"context"

	authn "k8s.io/api/authentication/v1"
	authz "k8s.io/api/authorization/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
)

// reviewer asks an API server about people. It knows two APIs: client-go's own
// clients bring the types of all, 9 MB of them.
type reviewer struct{ authn, authz rest.Interface }

func newReviewer(config *rest.Config) (*reviewer, error) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{authn.AddToScheme, authz.AddToScheme} {
		if err := add(scheme); err != nil {
			return nil, err
		}
	}
	clientOf := func(gv schema.GroupVersion) (rest.Interface, error) {
		c := rest.CopyConfig(config)
		c.APIPath, c.GroupVersion = "/apis", &gv
		c.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
		return rest.RESTClientFor(c)
	}
	var r reviewer
	var err error
	if r.authn, err = clientOf(authn.SchemeGroupVersion); err != nil {
		return nil, err
	}
	r.authz, err = clientOf(authz.SchemeGroupVersion)
	return &r, err
}

// token has a token reviewed.
func (r *reviewer) token(ctx context.Context, spec authn.TokenReviewSpec) (authn.TokenReviewStatus, error) {
	review, answer := authn.TokenReview{Spec: spec}, authn.TokenReview{}
	err := r.authn.Post().Resource("tokenreviews").Body(&review).Do(ctx).Into(&answer)
	return answer.Status, err
}

// allowed asks what somebody may do.
func (r *reviewer) allowed(ctx context.Context, spec authz.SubjectAccessReviewSpec) (bool, error) {
	// The answer repeats the question, whose groups and extra many share.
	review, answer := authz.SubjectAccessReview{Spec: spec}, authz.SubjectAccessReview{}
	err := r.authz.Post().Resource("subjectaccessreviews").Body(&review).Do(ctx).Into(&answer)
	return answer.Status.Allowed && !answer.Status.Denied, err
}

// mayI asks what this process may do.
func (r *reviewer) mayI(ctx context.Context, what authz.ResourceAttributes) (bool, error) {
	review, answer := authz.SelfSubjectAccessReview{Spec: authz.SelfSubjectAccessReviewSpec{ResourceAttributes: &what}}, authz.SelfSubjectAccessReview{}
	err := r.authz.Post().Resource("selfsubjectaccessreviews").Body(&review).Do(ctx).Into(&answer)
	return answer.Status.Allowed, err
}
